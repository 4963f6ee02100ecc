// The table of all exams: only the rows in sight are there, so that many thousands stay quick.
"use strict";

const examsTab = { table: null, search: "", only: null };

function rowOf(exam) {
  const row = { index: exam.index, rank: exam.rank, reasons: exam.reasons.map(([kind]) => cohort.about.reasons[kind]) };
  for (const column of cohort.columns) row[column.key] = exam.cells[column.place] ?? null;
  return row;
}

function examOf(row) {
  return cohort.exams[row.getData().index];
}

function tableColumn(column) {
  const right = column.kind === "number" || column.kind === "grade";
  return {
    field: column.key,
    title: column.label,
    visible: column.shown,
    hozAlign: right ? "right" : "left",
    headerHozAlign: right ? "right" : "left",
    minWidth: right ? 84 : 110,
    maxInitialWidth: 230,
    titleFormatter: () =>
      el("span", { title: column.meaning }, column.label, column.unit ? el("small", {}, ` ${column.unit}`) : null),
    formatter: (cell) => cellOf(column, cell.getValue()),
    sorter: (one, other, rowOne, rowOther, own, direction) => compare(one, other, direction),
    headerFilter: filterField,
    headerFilterParams: { column, values: column.values },
    headerFilterFunc: (term, value) => matches(column, term, value),
  };
}

function cellOf(column, value) {
  const text = written(column, value);
  const title = column.words?.[String(value)] ?? text;
  const quiet = !isKnown(value) || (Array.isArray(value) && !value.length);
  return el("span", { class: quiet ? "quiet" : "", title }, text);
}

function checkColumns() {
  const reasons = {
    key: "reasons", label: "Check", kind: "list", shown: true, values: Object.values(cohort.about.reasons),
    meaning: "Why it is on the list of exams to check first, and its place there.",
  };
  return [
    { field: "mark", title: "", width: 34, headerSort: false, formatter: (cell) => verdictMark(examOf(cell.getRow())) },
    {
      field: "pictures", title: "Pictures", width: 196, headerSort: false,
      formatter: (cell) => {
        const exam = examOf(cell.getRow());
        return el("span", { class: "strip" }, ...exam.pictures.slice(0, 4).map((path) => thumbnail(path, exam.key)));
      },
    },
    {
      ...tableColumn(reasons),
      minWidth: 150,
      formatter: (cell) => {
        const exam = examOf(cell.getRow());
        const kinds = [...new Set(exam.reasons.map(([kind]) => kind))];
        return el("span", { class: "chips" }, exam.rank ? el("b", {}, String(exam.rank)) : null, ...kinds.map(reasonChip));
      },
      sorter: (one, other, rowOne, rowOther, own, direction) =>
        compare(rowOne.getData().rank, rowOther.getData().rank, direction),
    },
  ];
}

function showExamsTab(main) {
  const search = el("input", {
    type: "search", id: "search", placeholder: "Search all texts (/)", "aria-label": "Search",
    oninput: later(150, () => { examsTab.search = search.value.toLowerCase(); examsTab.table.refreshFilter(); }),
  });
  search.value = examsTab.search;
  const count = el("span", { class: "quiet", id: "shown-count" });
  const place = el("div", { id: "exams-table" });
  const clear = el("button", { onclick: () => clearFilters(search) }, "Clear filters");
  main.replaceChildren(el("div", { class: "bar" }, search, columnChoice(), clear, count), place);
  for (const column of cohort.columns) column.values ??= offeredValues(column);
  const table = new Tabulator(place, {
    data: cohort.exams.map(rowOf),
    columns: [...checkColumns(), ...cohort.columns.map(tableColumn)],
    height: "100%",
    rowHeight: 58,
    layout: "fitDataFill",
    index: "index",
    nestedFieldSeparator: false,
    headerFilterLiveFilterDelay: 0,
    columnDefaults: { headerSortTristate: true, vertAlign: "middle" },
    placeholder: "No exam has all of this.",
    rowFormatter: (row) => row.getElement().classList.toggle("current", examOf(row) === app.current),
  });
  examsTab.table = table;
  table.on("tableBuilt", () => {
    table.setFilter(wantedRow);
    for (const [key, term] of Object.entries(app.wanted ?? {})) table.setHeaderFilterValue(key, term);
    app.wanted = null;
    place.dataset.built = "yes";
  });
  table.on("dataFiltered", (filters, rows) => {
    app.shown = new Set(rows.map((row) => row.getData().index));
    count.textContent = `${rows.length.toLocaleString("en")} of ${plural(cohort.exams.length, "exam")}`;
  });
  table.on("rowClick", (event, row) => openExam(examOf(row)));
}

function wantedRow(row) {
  if (!examsTab.search) return true;
  const exam = cohort.exams[row.index];
  return cohort.columns.some((column) => {
    const value = exam.cells[column.place];
    return column.kind !== "number" && isKnown(value) && written(column, value).toLowerCase().includes(examsTab.search);
  });
}

function clearFilters(search) {
  search.value = examsTab.search = "";
  examsTab.table.clearHeaderFilter();
  examsTab.table.refreshFilter();
}

function columnChoice() {
  const groups = Map.groupBy
    ? Map.groupBy(cohort.columns, (column) => column.group)
    : cohort.columns.reduce((all, one) => all.set(one.group, [...(all.get(one.group) ?? []), one]), new Map());
  const box = (column) => {
    const input = el("input", {
      type: "checkbox",
      onchange: () => {
        column.shown = input.checked;
        examsTab.table[input.checked ? "showColumn" : "hideColumn"](column.key);
      },
    });
    input.checked = column.shown;
    return el("label", { title: column.meaning }, input, ` ${titleOf(column)}`);
  };
  const parts = [...groups].map(([group, columns]) => el("fieldset", {}, el("legend", {}, group), ...columns.map(box)));
  return el("details", { class: "columns" }, el("summary", {}, "Columns"), el("div", { class: "popup" }, ...parts));
}

// Rows as they stand now: sorted and filtered.
function examsInOrder() {
  return examsTab.table.getRows("active").map(examOf);
}

function showCurrentRow() {
  for (const row of examsTab.table.getRows("visible")) row.reformat();
  if (app.current) examsTab.table.scrollToRow(app.current.index, "center", false).catch(() => {});
}
