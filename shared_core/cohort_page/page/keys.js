// All of it by the keyboard.
"use strict";

const KEYS = [
  ["↓ ↑ or J K", "next, previous exam"],
  ["A", "accept; again: take it back"],
  ["R", "reject; again: take it back"],
  ["C", "comment; Enter ends it"],
  ["Enter", "open the exam large"],
  ["O", "its pictures, as large as the window"],
  ["← →  + − 0", "other pictures, zoom"],
  ["Esc", "back"],
  ["1 to 5", "parts of the page"],
  ["/", "search"],
  ["S", "save the readings"],
  ["T", "dark or light"],
];

function showKeys() {
  const dialog = document.getElementById("keys");
  const rows = KEYS.map(([keys, text]) => el("tr", {}, el("th", {}, keys), el("td", {}, text)));
  const filters = "Over a column: > 10, 3..7, part of a text, ! before it for all but, – for the unknown.";
  dialog.replaceChildren(el("h2", {}, "Keys"), el("table", {}, ...rows), el("p", { class: "quiet" }, filters));
  dialog.showModal();
}

function inViewer(key) {
  const keys = {
    ArrowRight: () => stepViewer(1), ArrowLeft: () => stepViewer(-1),
    "+": () => zoomViewer(1.5), "=": () => zoomViewer(1.5), "-": () => zoomViewer(1 / 1.5), 0: () => zoomViewer(0),
  };
  return keys[key];
}

function step(by) {
  const dialog = document.getElementById("exam-dialog");
  if (app.tab === "check" && !dialog.open) return stepChecked(by);
  const all = app.tab === "check" ? listed() : examsTab.table && app.tab === "exams" ? examsInOrder() : shownExams();
  if (!all.length) return undefined;
  const next = all[Math.min(Math.max(all.indexOf(app.current) + by, 0), all.length - 1)];
  app.current = next;
  if (dialog.open) openExam(next);
  if (app.tab === "exams") showCurrentRow();
  return undefined;
}

function judge(verdict) {
  if (!app.current || !canJudge()) return;
  const exam = app.current;
  act(exam, verdict);
  tell(`${exam.key}: ${exam.reading.verdict ? `${exam.reading.verdict}ed` : "taken back"}.`);
  if (exam.reading.verdict && app.tab === "check") step(1);
}

function canJudge() {
  return app.tab === "check" || document.getElementById("exam-dialog").open;
}

function openPictures() {
  const view = document.querySelector("#exam-dialog[open] .exam, #check-exam .exam");
  view?.querySelector(".open")?.click();
}

const ON_PAGE = {
  ArrowDown: () => step(1), j: () => step(1), ArrowUp: () => step(-1), k: () => step(-1),
  a: () => judge("accept"), r: () => judge("reject"),
  c: () => document.querySelector("#exam-dialog[open] .comment, #check-exam .comment")?.focus(),
  Enter: () => { if (app.current) openExam(app.current); },
  o: openPictures,
  s: saveReadings, t: () => changeTheme(), "?": showKeys,
  "/": () => { showTab("exams"); document.getElementById("search").focus(); },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (typing) {
    if (event.key === "Enter" || event.key === "Escape") { event.preventDefault(); typing.blur(); }
    return;
  }
  if (event.key === "Enter" && event.target.closest("button, summary, a")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = document.getElementById("viewer").open ? inViewer(key) : ON_PAGE[key] ?? tabKey(key);
  if (!action || document.getElementById("keys").open) return;
  event.preventDefault();
  action();
}

function tabKey(key) {
  const tab = TABS[Number(key) - 1];
  return tab && (() => showTab(tab[0]));
}
