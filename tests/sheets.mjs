// Runs calls through a file of Apps Script, in a context with nothing but the language itself:
// node sheets.mjs FILE, calls as JSON [[name, arguments], ...] on the standard input. With the time
// zone of a sheet there are Apps Script's two services that the file asks for it, too.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const context = vm.createContext({});
vm.runInContext(readFileSync(process.argv[2], "utf8"), context);
const { calls, raw, sheet } = JSON.parse(readFileSync(0, "utf8"));
// Utilities.formatDate for the one pattern that the file asks for.
const formatDate = (moment, timeZone, pattern) => {
  if (pattern !== "yyyy-MM-dd'T'HH:mm:ss.SSS") throw new Error(pattern);
  const shown = new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3,
  }).formatToParts(moment);
  const { year, month, day, hour, minute, second, fractionalSecond } =
    Object.fromEntries(shown.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fractionalSecond}`;
};
if (sheet) {
  context.SpreadsheetApp = {
    getActiveSpreadsheet: () => ({ getSpreadsheetTimeZone: () => sheet }),
  };
  context.Utilities = { formatDate };
}
context.calls = JSON.stringify(calls);
const program = `(() => {
  const revived = (x) => {
    if (Array.isArray(x)) return x.map(revived);
    if (x && x.date !== undefined) return new Date(x.date);
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
