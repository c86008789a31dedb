// Runs calls through a file of Apps Script, in a context with nothing but the language itself:
// node sheets.mjs FILE, calls as JSON [[name, arguments], ...] on the standard input.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const context = vm.createContext({});
vm.runInContext(readFileSync(process.argv[2], "utf8"), context);
const { calls, raw } = JSON.parse(readFileSync(0, "utf8"));
context.calls = JSON.stringify(calls);
const program = `(() => {
  const revived = (x) => {
    if (Array.isArray(x)) return x.map(revived);
    if (x && x.date !== undefined) return new Date(...x.date);
    return x && x.omitted ? undefined : x;
  };
  const asked = JSON.parse(calls).map(([name, given]) => [name, given.map(revived)]);
  const answered = ([name, given]) => {
    try {
      const found = ${raw ? "XLHEDGE_.value(name, given)" : "globalThis[name](...given)"};
      return JSON.parse(JSON.stringify(found, (_, v) => (Number.isNaN(v) ? "NaN" : v)));
    } catch (error) {
      return { thrown: String(error) };
    }
  };
  const answers = asked.map(answered);
  const began = Date.now();
  asked.forEach(answered);
  return JSON.stringify({ answers, seconds: (Date.now() - began) / 1000 });
})()`;
process.stdout.write(vm.runInContext(program, context));
