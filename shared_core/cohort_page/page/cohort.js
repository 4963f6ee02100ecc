// The exams of the cohort, from the scripts in data/. A value that is not known is null, shown as a dash.
"use strict";

const UNKNOWN = "–";
const taken = new Map();
const cohort = { exams: [], byKey: new Map(), byPatient: new Map(), list: [] };

function takeData(name, value) {
  taken.set(name, value);
}

function loadScript(path) {
  return new Promise((done, failed) => {
    const script = el("script", { src: path });
    script.onload = done;
    script.onerror = () => failed(new Error(`${path} is missing: make the page again.`));
    document.head.append(script);
  });
}

async function loadData(name) {
  if (!taken.has(name)) await loadScript(`data/${name}.js`);
  const value = taken.get(name);
  taken.delete(name);
  return value;
}

function number(file) {
  return String(file).padStart(4, "0");
}

async function loadCohort() {
  const about = await loadData("cohort");
  Object.assign(cohort, {
    about,
    columns: about.columns.map((column, place) => ({ ...column, place })),
    viewColumns: about.view_columns.map((column, place) => ({ ...column, place: place + 1 })),
  });
  cohort.byColumn = new Map(cohort.columns.map((column) => [column.key, column]));
  const files = [...Array(about.files).keys()];
  const rows = await Promise.all(files.map((file) => loadData(`exams_${number(file)}`)));
  for (const row of rows.flat()) addExam(row);
  const [list, readings] = await Promise.all([loadData("reading_list"), loadData("readings")]);
  cohort.list = list.map(([place, weight, reasons], rank) => {
    Object.assign(cohort.exams[place], { rank: rank + 1, weight, reasons });
    return cohort.exams[place];
  });
  return readings;
}

function addExam(row) {
  const exam = { ...row, index: cohort.exams.length, rank: null, weight: 0, reasons: [], reading: null };
  exam.key = valueOf(exam, "exam");
  cohort.exams.push(exam);
  cohort.byKey.set(exam.key, exam);
  const patient = valueOf(exam, "patient");
  if (patient !== null) cohort.byPatient.set(patient, [...(cohort.byPatient.get(patient) ?? []), exam]);
}

function valueOf(exam, key) {
  return exam.cells[cohort.byColumn.get(key).place] ?? null;
}

function textOf(exam, key) {
  return written(cohort.byColumn.get(key), valueOf(exam, key));
}

function written(column, value) {
  if (value === null || value === undefined) return UNKNOWN;
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (column.kind !== "number" || typeof value !== "number") return String(value);
  const [small, large] = column.digits;
  return value.toFixed(value !== 0 && Math.abs(value) < 0.1 ? small : large);
}

function titleOf(column) {
  return column.unit ? `${column.label} (${column.unit})` : column.label;
}

// Exams of the same woman, the earliest first; those without a date come last.
function seriesOf(exam) {
  const patient = valueOf(exam, "patient");
  const all = patient === null ? [exam] : cohort.byPatient.get(patient);
  const day = (one) => valueOf(one, "date") ?? "9";
  return [...all].sort((one, other) => (day(one) < day(other) ? -1 : day(one) > day(other) ? 1 : 0));
}

const detailsOfFile = new Map();

async function detailsOf(exam) {
  const size = cohort.about.exams_a_file;
  const file = Math.floor(exam.index / size);
  if (!detailsOfFile.has(file)) detailsOfFile.set(file, loadData(`details_${number(file)}`));
  return (await detailsOfFile.get(file))[exam.index % size];
}
