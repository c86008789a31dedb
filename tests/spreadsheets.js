// Opens workbooks with ExcelJS and SheetJS, and saves them again where a target is named.
// Takes a list of {program, source, target} as JSON, answers with a list of what was found.
"use strict";
const path = require("path");
const fs = require("fs");
const packages = path.join(__dirname, "..", ".spreadsheets", "node_modules");
const ExcelJS = require(path.join(packages, "exceljs"));
const SheetJS = require(path.join(packages, "xlsx"));

async function exceljs(source, target) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(fs.readFileSync(source));
  if (target) await book.xlsx.writeFile(target);
  let notes = 0;
  const numbers = {};
  for (const sheet of book.worksheets) {
    sheet.eachRow((row) => row.eachCell((cell) => {
      notes += cell.note ? 1 : 0;
      const value = cell.result === undefined ? cell.value : cell.result;
      if (typeof value === "number") numbers[`${sheet.name}!${cell.address}`] = value;
    }));
  }
  return { sheets: book.worksheets.map((sheet) => sheet.name), notes, numbers };
}

async function sheetjs(source, target) {
  const book = SheetJS.read(fs.readFileSync(source), { cellFormula: true, cellNF: true });
  if (target) SheetJS.writeFile(book, target);
  let notes = 0;
  const numbers = {};
  for (const [title, sheet] of Object.entries(book.Sheets)) {
    for (const [name, cell] of Object.entries(sheet)) {
      notes += cell && cell.c ? 1 : 0;
      if (cell && cell.t === "n") numbers[`${title}!${name}`] = cell.v;
    }
  }
  return { sheets: book.SheetNames, notes, numbers };
}

async function main() {
  const found = [];
  for (const { program, source, target } of JSON.parse(fs.readFileSync(0, "utf8"))) {
    try {
      found.push(await { exceljs, sheetjs }[program](source, target));
    } catch (error) {
      found.push({ error: String(error) });
    }
  }
  process.stdout.write(JSON.stringify(found));
}
main();
