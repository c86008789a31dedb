// Runs a Python file in Pyodide: node pyodide.mjs PROGRAM FOLDER...; each folder is seen at its own
// path. What the program leaves in `said` goes to the standard output.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packages, program, ...folders] = process.argv.slice(2);
const { loadPyodide } = createRequire(`${packages}/`)("pyodide");
const python = await loadPyodide();
for (const folder of folders) {
  python.FS.mkdirTree(folder);
  python.mountNodeFS(folder, folder);
}
python.runPython(readFileSync(program, "utf8"));
process.stdout.write(python.globals.get("said"));
