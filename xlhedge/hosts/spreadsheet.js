// Excel's operators and functions as far as our LAMBDAs use them. A value is a number, a text, a truth
// value, null for a blank cell (undefined for an argument left out), an error, or rows of all these.
const X = (() => {
  const error = (code) => Object.freeze({ error: code });
  const DIV0 = error("#DIV/0!"), NUM = error("#NUM!"), VALUE = error("#VALUE!"), NA = error("#N/A");
  const isError = (x) => x !== null && typeof x === "object" && x.error !== undefined;
  const rows = (x) => (Array.isArray(x) ? x : [[x]]);
  // What a step of SCAN or MAP asks of a column is laid out once, not once a step.
  const laidOut = new WeakMap();
  const cells = (x) => {
    if (!Array.isArray(x)) return [x];
    if (!laidOut.has(x)) laidOut.set(x, x.flat());
    return laidOut.get(x);
  };
  const finite = (x) => (Number.isFinite(x) ? x : NUM);

  // One cell of rows that are spread over a shape; beyond them there is nothing.
  const at = (x, i, j) => {
    if (!Array.isArray(x)) return x;
    const row = x.length === 1 ? x[0] : x[i];
    if (row === undefined) return NA;
    const cell = row.length === 1 ? row[0] : row[j];
    return cell === undefined ? NA : cell;
  };
  const spread = (values, each) => {
    let high = 0, wide = 0;
    for (const x of values) {
      if (Array.isArray(x)) { high = Math.max(high, x.length); wide = Math.max(wide, x[0].length); }
    }
    if (!high) return each(...values);
    const found = [];
    for (let i = 0; i < high; i++) {
      const row = [];
      for (let j = 0; j < wide; j++) row.push(each(...values.map((x) => at(x, i, j))));
      found.push(row);
    }
    return found;
  };

  const number = (x) => {
    if (typeof x === "number" || isError(x)) return x;
    if (typeof x === "boolean") return x ? 1 : 0;
    return x === null || x === undefined ? 0 : VALUE;
  };
  const text = (x) => {
    if (typeof x === "string" || isError(x)) return x;
    if (typeof x === "boolean") return x ? "TRUE" : "FALSE";
    return x === null || x === undefined ? "" : String(x);
  };
  const arithmetic = (of) => (a, b) => spread([a, b], (x, y) => {
    const left = number(x);
    if (isError(left)) return left;
    const right = number(y);
    return isError(right) ? right : of(left, right);
  });
  // Numbers stand below texts, those below truth values; a blank is like what it is compared with.
  const rank = (x) => ({ number: 0, string: 1, boolean: 2 })[typeof x];
  const order = (x, y) => {
    const like = (a, b) => {
      if (a !== null && a !== undefined) return a;
      return typeof b === "string" ? "" : typeof b === "boolean" ? false : 0;
    };
    const [a, b] = [like(x, y), like(y, x)];
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    const [left, right] = typeof a === "string" ? [a.toLowerCase(), b.toLowerCase()] : [a, b];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const comparison = (of) => (a, b) => spread([a, b], (x, y) => {
    if (isError(x)) return x;
    return isError(y) ? y : of(order(x, y));
  });
  const power = (x, y) => (x === 0 && y === 0 ? NUM : x === 0 && y < 0 ? DIV0 : finite(x ** y));
  const truth = (x) => {
    const found = typeof x === "string" ? VALUE : number(x);
    return isError(found) ? found : found !== 0;
  };
  const elementary = (of) => (x) => spread([x], (cell) => {
    const found = number(cell);
    return isError(found) ? found : finite(of(found));
  });
  // Of a range only its numbers count; the first error stands for all.
  const numbers = (given) => {
    const found = [];
    for (const x of given) {
      for (const cell of cells(x)) {
        if (isError(cell)) return cell;
        if (typeof cell === "number") found.push(cell);
        else if (!Array.isArray(x)) {
          const one = number(cell);
          if (isError(one)) return one;
          found.push(one);
        }
      }
    }
    return found;
  };
  const over = (of) => (...given) => {
    const found = numbers(given);
    return isError(found) ? found : of(found);
  };
  const sum = (list) => list.reduce((total, x) => total + x, 0);

  return {
    DIV0, NUM, VALUE, NA, isError, rows, spread,
    eq: comparison((x) => x === 0), ne: comparison((x) => x !== 0),
    lt: comparison((x) => x < 0), le: comparison((x) => x <= 0),
    gt: comparison((x) => x > 0), ge: comparison((x) => x >= 0),
    add: arithmetic((x, y) => finite(x + y)), sub: arithmetic((x, y) => finite(x - y)),
    mul: arithmetic((x, y) => finite(x * y)),
    div: arithmetic((x, y) => (y === 0 ? DIV0 : finite(x / y))), pow: arithmetic(power),
    neg: elementary((x) => -x),
    join: (a, b) => spread([a, b], (x, y) => {
      const left = text(x), right = text(y);
      return isError(left) ? left : isError(right) ? right : left + right;
    }),
    ABS: elementary(Math.abs), EXP: elementary(Math.exp), INT: elementary(Math.floor),
    LN: elementary((x) => (x > 0 ? Math.log(x) : NaN)),
    // A single condition takes one of the two as it is, however many cells the other has.
    IF: (condition, then, otherwise = false) => {
      const chosen = (c, x, y) => {
        const holds = truth(c);
        return isError(holds) ? holds : holds ? x : y;
      };
      if (!Array.isArray(condition)) return chosen(condition, then, otherwise);
      return spread([condition, then, otherwise], chosen);
    },
    IFERROR: (x, otherwise) => spread([x, otherwise], (a, b) => (isError(a) ? b : a)),
    SUM: over((list) => finite(sum(list))),
    MIN: over((list) => (list.length ? list.reduce((a, b) => Math.min(a, b)) : 0)),
    MAX: over((list) => (list.length ? list.reduce((a, b) => Math.max(a, b)) : 0)),
    SMALL: (x, place) => {
      const found = numbers([x]);
      if (isError(found) || isError(place)) return isError(found) ? found : place;
      const cell = found.sort((a, b) => a - b)[Math.ceil(place) - 1];
      return cell === undefined ? NUM : cell;
    },
    ROWS: (x) => (isError(x) ? x : rows(x).length),
    COLUMNS: (x) => (isError(x) ? x : rows(x)[0].length),
    TRANSPOSE: (x) => rows(x)[0].map((_, j) => rows(x).map((row) => row[j])),
    SEQUENCE: (count) => (isError(count) ? count : Array.from({ length: count }, (_, i) => [i + 1])),
    INDEX: (x, place) => spread([place], (n) => {
      if (isError(n)) return n;
      if (isError(x)) return x;
      const cell = cells(x)[Math.floor(n) - 1];
      return cell === undefined ? error("#REF!") : cell;
    }),
    MATCH: (wanted, x) => {
      if (isError(wanted)) return wanted;
      const place = cells(x).findIndex((cell) => !isError(cell) && order(cell, wanted) === 0);
      return place < 0 ? NA : place + 1;
    },
    FILTER: (x, keep, nothing) => {
      const kept = rows(x).filter((_, i) => truth(at(keep, i, 0)) === true);
      return kept.length ? kept : nothing;
    },
    MAP: (...given) => {
      const of = given.pop();
      return spread(given, (...values) => {
        const found = of(...values);
        return Array.isArray(found) ? (found.length * found[0].length === 1 ? found[0][0] : VALUE) : found;
      });
    },
    SCAN: (first, x, of) => {
      let sofar = first;
      return rows(x).map((row) => row.map((cell) => (sofar = of(sofar, cell))));
    },
    TRIM: (x) => spread([x], (cell) => {
      const found = text(cell);
      return isError(found) ? found : found.trim().replace(/ +/g, " ");
    }),
    MID: (x, from, count) => spread([x], (cell) => {
      const found = text(cell);
      return isError(found) ? found : found.slice(from - 1, from - 1 + count);
    }),
    ISOMITTED: (x) => x === undefined,
  };
})();
