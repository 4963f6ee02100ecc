// What is missing, what failed and why, what a person corrected, and which files were not used.
"use strict";

const MOST_LINES = 300;

function showCompletenessTab(main) {
  main.replaceChildren(el("div", { class: "cards two completeness" }, missingCard(), failuresCard(), handCard(), unusedCard()));
}

function lineList(items, none) {
  if (!items.length) return el("p", { class: "quiet" }, none);
  const more = items.length - MOST_LINES;
  return el(
    "ul",
    { class: "lines" },
    ...items.slice(0, MOST_LINES),
    more > 0 ? el("li", { class: "quiet" }, `and ${more.toLocaleString("en")} more, which the tables of the results have`) : null,
  );
}

function examLink(exam) {
  return el("button", { class: "link", onclick: () => openExam(exam) }, exam.key);
}

// With the file that it is about, where it does not name it itself.
function sentence(file, text) {
  return text.includes(file.split(/[\\/]/).pop()) ? text : `${file}: ${text}`;
}

function countBars(counts, key) {
  const most = Math.max(...Object.values(counts), 1);
  const bars = Object.entries(counts)
    .sort((one, other) => other[1] - one[1])
    .map(([name, count]) =>
      el(
        "li",
        {},
        el("button", { class: "link", title: "Show these exams", onclick: () => showExamsWith(key, name) }, name),
        el("span", { class: "bar-of" }, el("i", { style: `width: ${(100 * count) / most}%` })),
        el("b", {}, count.toLocaleString("en")),
      ));
  return bars.length ? el("ul", { class: "bars" }, ...bars) : null;
}

function countOf(key) {
  const counts = {};
  for (const exam of cohort.exams) for (const one of valueOf(exam, key) ?? []) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

function missingCard() {
  const counts = countOf("missing");
  const complete = cohort.exams.filter((exam) => valueOf(exam, "missing")?.length === 0).length;
  return el(
    "section",
    { class: "card" },
    el("h3", {}, "Missing views"),
    el("p", { class: "quiet" }, `${complete.toLocaleString("en")} of ${plural(cohort.exams.length, "exam")} have all four standard views.`),
    countBars(counts, "missing"),
    cohort.about.left ? el("p", {}, `${plural(cohort.about.left, "exam")} not analysed yet.`) : null,
  );
}

function failuresCard() {
  const lines = cohort.exams.flatMap((exam) =>
    exam.failed.map(([reason, text]) => el("li", {}, examLink(exam), ` ${reason}: `, text ?? "")));
  const unread = cohort.about.unread.map(([file, text]) => el("li", {}, sentence(file, text)));
  return el(
    "section",
    { class: "card" },
    el("h3", {}, "Failures"),
    countBars(countOf("failures"), "failures"),
    lineList([...lines, ...unread], "Nothing failed."),
  );
}

function handCard() {
  const lines = cohort.exams.flatMap((exam) =>
    exam.by_hand.map(([label, state, maker]) =>
      el("li", {}, examLink(exam), ` ${label}: ${state}`, maker ? `, model ${maker}` : "")));
  return el(
    "section",
    { class: "card" },
    el("h3", {}, "Corrected by hand"),
    lines.length ? el("p", { class: "quiet" }, `${plural(lines.length, "view")}. The results do not record who corrected them.`) : null,
    lineList(lines, "No mask was drawn or changed by a person."),
    readersTable(),
  );
}

function readersTable() {
  const readers = {};
  for (const exam of cohort.exams) {
    if (!isRead(exam)) continue;
    const name = exam.reading.reader || "without a name";
    readers[name] ??= { accept: 0, reject: 0 };
    readers[name][exam.reading.verdict] += 1;
  }
  const rows = Object.entries(readers).map(([name, of]) =>
    el("li", {}, el("b", {}, name), ` accepted ${of.accept}, rejected ${of.reject}`));
  return rows.length ? el("section", {}, el("h3", {}, "Read by"), el("ul", { class: "lines" }, ...rows)) : null;
}

function unusedCard() {
  const lines = cohort.about.unused.map(([file, reason, text]) => el("li", {}, el("b", {}, reason), ` ${sentence(file, text)}`));
  return el("section", { class: "card" }, el("h3", {}, "Files not used, or contradicting another"), lineList(lines, "All files are used."));
}

function showExamsWith(key, term) {
  app.wanted = { [key]: term };
  cohort.byColumn.get(key).shown = true;
  showTab("exams");
}
