// The parts of the page, and what they share.
"use strict";

const app = { tab: null, current: null, shown: null, wanted: null };
const TABS = [
  ["check", "Check first", showCheckTab],
  ["exams", "Exams", showExamsTab],
  ["distributions", "Distributions", showDistributionsTab],
  ["pairs", "Views and breasts", showPairsTab],
  ["completeness", "Completeness", showCompletenessTab],
];

function showTab(name) {
  const [, , show] = TABS.find(([key]) => key === name);
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  app.tab = name;
  for (const button of document.querySelectorAll("#tabs button")) {
    button.setAttribute("aria-selected", String(button.dataset.tab === name));
  }
  const main = document.getElementById("main");
  main.dataset.tab = name;
  show(main);
}

function changeTheme(name) {
  const root = document.documentElement;
  const dark = name ? name === "dark" : root.dataset.theme !== "dark";
  root.dataset.theme = dark ? "dark" : "light";
  try { localStorage.setItem("openbac-theme", root.dataset.theme); } catch { /* it is dark or light today only */ }
  if (["distributions", "pairs"].includes(app.tab)) showTab(app.tab);
}

function startTheme() {
  let kept = null;
  try { kept = localStorage.getItem("openbac-theme"); } catch { /* as above */ }
  changeTheme(kept ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
}

function showSaved() {
  const button = document.getElementById("save");
  const count = readings.unsaved.size;
  button.textContent = count ? `Save readings (${count})` : "Save readings";
  button.classList.toggle("needed", count > 0);
}

async function readingChanged(exam) {
  showSaved();
  countRead();
  if (!exam) return;
  for (const view of document.querySelectorAll(".exam")) {
    if (view.dataset.exam === exam.key) view.querySelector(".verdicts").replaceWith(verdictBar(exam));
  }
  const table = { check: checkTab.table, exams: examsTab.table }[app.tab];
  for (const row of table?.getRows("visible") ?? []) if (examOf(row) === exam) row.reformat();
}

function aboutCohort() {
  const { about } = cohort;
  const women = cohort.byPatient.size;
  const parts = [plural(about.exams, "exam"), women ? plural(women, "patient") : null, `${cohort.list.length.toLocaleString("en")} to check`];
  document.title = `${about.name} - OpenBAC`;
  document.getElementById("cohort-name").textContent = about.name;
  document.getElementById("made-by").textContent = `OpenBAC ${about.software}`;
  document.getElementById("cohort-about").textContent = parts.filter(Boolean).join(", ");
}

async function start() {
  startTheme();
  const main = document.getElementById("main");
  try {
    restoreReadings(await loadCohort());
  } catch (error) {
    main.replaceChildren(el("p", { class: "waiting error" }, error.message));
    return;
  }
  aboutCohort();
  const reader = document.getElementById("reader");
  reader.value = stored("reader") ?? "";
  reader.onchange = () => store("reader", reader.value.trim());
  readings.watchers.push(readingChanged);
  const tabs = TABS.map(([name, text], place) =>
    el("button", { role: "tab", "data-tab": name, title: `Key ${place + 1}`, onclick: () => showTab(name) }, text));
  document.getElementById("tabs").replaceChildren(...tabs);
  document.getElementById("save").onclick = saveReadings;
  document.getElementById("theme").onclick = () => changeTheme();
  document.getElementById("help").onclick = showKeys;
  document.addEventListener("keydown", onKey);
  window.addEventListener("unhandledrejection", (event) => tell(String(event.reason?.message ?? event.reason)));
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  showSaved();
  showTab(cohort.list.length ? "check" : "exams");
  document.body.dataset.ready = "yes";
}

start();
