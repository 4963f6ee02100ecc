// CC against MLO of a breast, left against right: what disagrees most comes first.
"use strict";

const pairsTab = { quantity: null };
const PAIRS = [
  ["CC and MLO", "Left", "LCC", "LMLO"],
  ["CC and MLO", "Right", "RCC", "RMLO"],
  ["Left and right", "CC", "LCC", "RCC"],
  ["Left and right", "MLO", "LMLO", "RMLO"],
];

function showPairsTab(main) {
  const numbers = cohort.viewColumns.filter((column) => column.kind === "number");
  pairsTab.quantity ??= (numbers.find((column) => column.key === "bac_area_mm2") ?? numbers[0]).key;
  const column = numbers.find((one) => one.key === pairsTab.quantity);
  const exams = shownExams();
  const rows = pairRows(column, exams);
  const grid = el("div", { class: "cards two" });
  const table = el("div", { id: "pairs-table" });
  main.replaceChildren(
    el(
      "div",
      { class: "bar" },
      choice("Of", numbers.map((one) => [one.key, titleOf(one)]), column.key, (quantity) => {
        pairsTab.quantity = quantity;
        showPairsTab(main);
      }),
      el("span", { class: "quiet" }, `${ofWhich(exams)}; a click opens the exam`),
    ),
    el("div", { class: "rows" }, grid, el("h3", {}, "Furthest apart first"), table),
  );
  for (const kind of ["CC and MLO", "Left and right"]) drawPairs(grid, kind, column, rows);
  pairTable(table, column, rows);
}

// Of several images of one view the largest value stands for it, as it may be the one that is wrong.
function pairRows(column, exams) {
  const rows = [];
  for (const exam of exams) {
    const of = {};
    for (const view of exam.views) {
      const value = view[column.place];
      if (value !== null) of[view[0]] = Math.max(of[view[0]] ?? -Infinity, value);
    }
    for (const [kind, part, one, other] of PAIRS) {
      if (!(one in of) || !(other in of)) continue;
      rows.push({
        id: rows.length, index: exam.index, exam: exam.key, kind, part, names: `${one}, ${other}`,
        one: of[one], other: of[other], apart: Math.abs(of[one] - of[other]),
      });
    }
  }
  return rows;
}

function drawPairs(grid, kind, column, rows) {
  const own = rows.filter((row) => row.kind === kind);
  const drawn = own.filter((row) => row.one !== 0 || row.other !== 0);
  const about = `${plural(own.length, "pair")}, ${(own.length - drawn.length).toLocaleString("en")} with 0 in both not drawn`;
  const { card, plot } = plotCard(kind, about);
  grid.append(card);
  const parts = [...new Set(drawn.map((row) => row.part))];
  const traces = parts.map((part, place) => {
    const of = drawn.filter((row) => row.part === part);
    return {
      type: "scatter", mode: "markers", name: part,
      x: of.map((row) => row.one), y: of.map((row) => row.other), customdata: of.map((row) => row.index),
      text: of.map((row) => plain(row.exam)),
      hovertemplate: "%{text}<br>%{x:.4g} and %{y:.4g}<extra></extra>",
      marker: { color: seriesColour(place), size: 6, opacity: 0.65 },
    };
  });
  const most = drawn.reduce((found, row) => Math.max(found, row.one, row.other), 1);
  const line = { type: "line", x0: 0, y0: 0, x1: most, y1: most, line: { color: colour("quiet"), width: 1, dash: "dot" } };
  const [first, second] = kind === "CC and MLO" ? ["CC", "MLO"] : ["Left", "Right"];
  const axis = (name) => ({ title: { text: plain(`${name}${column.unit ? ` (${column.unit})` : ""}`) }, rangemode: "tozero" });
  draw(plot, traces, { shapes: [line], xaxis: axis(first), yaxis: axis(second), hovermode: "closest" });
}

function pairTable(place, column, rows) {
  const field = (key, title, more = {}) => ({
    field: key,
    title,
    formatter: (cell) => cellOf(typeof cell.getValue() === "number" ? column : { kind: "text" }, cell.getValue()),
    sorter: (one, other, rowOne, rowOther, own, direction) => compare(one, other, direction),
    ...more,
  });
  const right = { hozAlign: "right", headerHozAlign: "right" };
  const table = new Tabulator(place, {
    data: rows.filter((row) => row.apart > 0),
    index: "id",
    height: "100%",
    rowHeight: 32,
    layout: "fitColumns",
    initialSort: [{ column: "apart", dir: "desc" }],
    placeholder: "No two views differ.",
    columns: [
      field("exam", "Exam", { widthGrow: 2 }), field("kind", "Compared"), field("names", "Views"),
      field("one", "First", right), field("other", "Second", right), field("apart", "Apart", right),
    ],
  });
  table.on("rowClick", (event, row) => openExam(examOf(row)));
  table.on("tableBuilt", () => { place.dataset.built = "yes"; });
}
