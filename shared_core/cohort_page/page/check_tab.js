// The exams to check first: a list with reasons at the left, the exam with all that is said of it at the right.
"use strict";

const checkTab = { table: null, kind: "", open: true };

function listed() {
  return cohort.list.filter((exam) => {
    const ofKind = !checkTab.kind || exam.reasons.some(([kind]) => kind === checkTab.kind);
    return ofKind && (checkTab.open || !isRead(exam));
  });
}

function showCheckTab(main) {
  const counts = {};
  for (const exam of cohort.list) for (const kind of new Set(exam.reasons.map(([one]) => one))) counts[kind] = (counts[kind] ?? 0) + 1;
  const kinds = Object.entries(cohort.about.reasons).filter(([kind]) => counts[kind]);
  const hide = el("input", { type: "checkbox", onchange: () => { checkTab.open = !hide.checked; fillList(); } });
  hide.checked = !checkTab.open;
  const place = el("div", { id: "check-list" });
  main.replaceChildren(
    el(
      "div",
      { class: "split" },
      el(
        "aside",
        {},
        el(
          "div",
          { class: "bar" },
          choice("Why", [["", "any reason"], ...kinds.map(([kind, text]) => [kind, `${text} (${counts[kind]})`])],
            checkTab.kind, (kind) => { checkTab.kind = kind; fillList(); }),
          el("label", { class: "choice" }, hide, " hide what is read"),
          el("span", { class: "quiet", id: "check-count" }),
        ),
        place,
      ),
      el("section", { id: "check-exam", tabindex: "-1" }),
    ),
  );
  const table = new Tabulator(place, {
    data: listed().map((exam) => ({ index: exam.index })),
    columns: [{ field: "index", formatter: (cell) => listCard(examOf(cell.getRow())) }],
    headerVisible: false,
    height: "100%",
    rowHeight: 92,
    layout: "fitColumns",
    index: "index",
    placeholder: cohort.list.length ? "All of these are read." : "No exam has a reason to be checked first.",
    rowFormatter: (row) => row.getElement().classList.toggle("current", examOf(row) === app.current),
  });
  checkTab.table = table;
  table.on("rowClick", (event, row) => showChecked(examOf(row)));
  table.on("tableBuilt", () => {
    place.dataset.built = "yes";
    const some = listed();
    showChecked(some.includes(app.current) ? app.current : some.find((exam) => !isRead(exam)) ?? some[0]);
  });
  countRead();
}

function listCard(exam) {
  const kinds = [...new Set(exam.reasons.map(([kind]) => kind))];
  const date = valueOf(exam, "date") ?? "";
  const about = exam.key.includes(date.replaceAll("-", "")) ? "" : date; // most names have it already
  return el(
    "div",
    { class: "card" },
    el("b", { class: "rank" }, String(exam.rank)),
    thumbnail(exam.pictures.find(Boolean), exam.key),
    el(
      "div",
      {},
      el("p", { class: "who" }, exam.key, el("span", { class: "quiet" }, about)),
      el("p", { class: "chips" }, ...kinds.slice(0, 3).map(reasonChip)),
      el("p", { class: "why quiet", title: exam.reasons[0][1] }, exam.reasons[0][1]),
    ),
    verdictMark(exam),
  );
}

function fillList() {
  checkTab.table.setData(listed().map((exam) => ({ index: exam.index })));
  countRead();
}

function countRead() {
  const place = document.getElementById("check-count");
  if (place) place.textContent = `${cohort.list.filter(isRead).length} of ${cohort.list.length} read`;
}

async function showChecked(exam) {
  const place = document.getElementById("check-exam");
  if (!exam) {
    place.replaceChildren(el("p", { class: "waiting" }, "Nothing to show."));
    return;
  }
  app.current = exam;
  const view = await examView(exam);
  if (app.current !== exam || !place.isConnected) return; // another one was asked for meanwhile
  place.replaceChildren(view);
  place.scrollTop = 0;
  for (const row of checkTab.table.getRows("visible")) row.reformat();
}

function stepChecked(step) {
  const all = checkTab.table.getRows("active").map(examOf);
  const next = all[Math.min(Math.max(all.indexOf(app.current) + step, 0), all.length - 1)];
  if (!next) return;
  showChecked(next);
  checkTab.table.scrollToRow(next.index, "nearest", false).catch(() => {});
}
