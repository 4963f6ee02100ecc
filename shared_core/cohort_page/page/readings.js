// What is said of exams: kept in this browser at once, and saved as a table that the program reads back.
"use strict";

const storeName = (what) => `openbac-${what}-${cohort.about.id}`;
const readings = { unsaved: new Set(), watchers: [], kept: true };

function stored(what) {
  try {
    return JSON.parse(localStorage.getItem(storeName(what)) ?? "null");
  } catch {
    readings.kept = false;
    return null;
  }
}

function store(what, value) {
  try {
    localStorage.setItem(storeName(what), JSON.stringify(value));
  } catch {
    readings.kept = false;
    tell("This browser keeps nothing: save the readings before you close the page.");
  }
}

// Of both, what was said later; nothing that was said of another result of the exam.
function restoreReadings(fromProgram) {
  for (const [place, reading] of Object.entries(fromProgram)) cohort.exams[Number(place)].reading = reading;
  const own = stored("readings") ?? {};
  for (const [key, reading] of Object.entries(own)) {
    const exam = cohort.byKey.get(key);
    if (!exam || reading.result !== exam.result) continue;
    if (!exam.reading || exam.reading.read_at < reading.read_at) exam.reading = reading;
  }
  readings.unsaved = new Set((stored("unsaved") ?? []).filter((key) => cohort.byKey.get(key)?.reading));
}

function say(exam, change) {
  const before = exam.reading ?? { verdict: null, comment: "" };
  const reader = document.getElementById("reader").value.trim();
  exam.reading = {
    exam: exam.key,
    verdict: before.verdict,
    comment: before.comment,
    ...change,
    reader,
    read_at: new Date().toISOString().slice(0, 19) + "Z",
    result: exam.result,
  };
  readings.unsaved.add(exam.key);
  keepReadings();
  for (const watcher of readings.watchers) watcher(exam);
}

function keepReadings() {
  const said = cohort.exams.filter((exam) => exam.reading);
  store("readings", Object.fromEntries(said.map((exam) => [exam.key, exam.reading])));
  store("unsaved", [...readings.unsaved]);
}

function isRead(exam) {
  return Boolean(exam.reading?.verdict);
}

function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  // Spreadsheets run what looks like a formula: the same guard as in all our tables.
  if (new RegExp(`^(?:${cohort.about.run_by_spreadsheets})`, "s").test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function readingsTable() {
  const columns = cohort.about.reading_columns;
  const said = cohort.exams.filter((exam) => exam.reading?.verdict || exam.reading?.comment);
  const rows = said.map((exam) => columns.map((column) => csvCell(exam.reading[column])).join(","));
  return [columns.join(","), ...rows, ""].join("\n");
}

function saveReadings() {
  const file = new Blob([readingsTable()], { type: "text/csv;charset=utf-8" });
  const link = el("a", { href: URL.createObjectURL(file), download: `${cohort.about.name}-readings.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  readings.unsaved.clear();
  keepReadings();
  for (const watcher of readings.watchers) watcher(null);
  tell("Saved. Give the file to the program to have the readings in tables, or on a new page.");
}

function verdictMark(exam) {
  const verdict = exam.reading?.verdict;
  const [sign, name] = { accept: ["✓", "accepted"], reject: ["✗", "rejected"] }[verdict] ?? ["", ""];
  const comment = exam.reading?.comment;
  return el("span", { class: `mark ${verdict ?? ""}`, title: comment || name }, sign || (comment ? "…" : ""));
}
