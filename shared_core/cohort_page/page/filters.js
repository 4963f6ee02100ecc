// What is typed over a column: "> 10", "3..7", "–" for the unknown, "!text" for all but.
"use strict";

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function isKnown(value) {
  return value !== null && value !== undefined;
}

function matches(column, term, value) {
  const wanted = term.trim();
  if (!wanted) return true;
  if (wanted === UNKNOWN || wanted === "-") return !isKnown(value);
  if (wanted.startsWith("!")) return wanted.length === 1 || !matches(column, wanted.slice(1), value);
  if (!isKnown(value)) return false;
  if (column.kind === "number" || column.kind === "grade") return matchesNumber(column, wanted, value);
  return written(column, value).toLowerCase().includes(wanted.toLowerCase());
}

function matchesNumber(column, wanted, value) {
  const range = wanted.match(/^([\d.eE+-]*?)\s*\.\.\s*([\d.eE+-]*)$/);
  if (range) return (range[1] === "" || value >= Number(range[1])) && (range[2] === "" || value <= Number(range[2]));
  const compared = wanted.match(/^(>=|<=|>|<|=)\s*(.+)$/);
  if (!compared) return written(column, value).startsWith(wanted);
  const limit = Number(compared[2].replace(",", "."));
  if (Number.isNaN(limit)) return true; // not typed to its end yet
  const tests = { ">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit, "=": value === limit };
  return tests[compared[1]];
}

// The unknown comes last in both directions.
function compare(one, other, direction) {
  const known = isKnown(one) - isKnown(other);
  if (known) return direction === "asc" ? -known : known;
  if (!isKnown(one)) return 0;
  if (typeof one === "number" && typeof other === "number") return one - other;
  return COLLATOR.compare(Array.isArray(one) ? one.join() : one, Array.isArray(other) ? other.join() : other);
}

// A field over the column; what stands in the column is offered, where it is not too much.
function filterField(cell, rendered, success, cancel, { column, values }) {
  const list = `values-of-${column.key}`;
  const field = el("input", {
    type: "search",
    class: "filter",
    "aria-label": `Filter ${column.label}`,
    placeholder: column.kind === "number" || column.kind === "grade" ? "> 0" : "",
    list: values.length ? list : null,
  });
  const given = later(150, () => success(field.value));
  field.addEventListener("input", given);
  field.addEventListener("keydown", (event) => event.stopPropagation());
  const options = el("datalist", { id: list }, ...values.map((value) => el("option", { value })));
  return el("span", { class: "filter-field" }, field, values.length ? options : null);
}

function offeredValues(column) {
  if (column.kind === "number" || column.kind === "grade") return [];
  const found = new Set();
  for (const exam of cohort.exams) {
    for (const value of [valueOf(exam, column.key)].flat()) if (value !== null) found.add(String(value));
    if (found.size > 40) return [];
  }
  return [...found].sort(COLLATOR.compare);
}
