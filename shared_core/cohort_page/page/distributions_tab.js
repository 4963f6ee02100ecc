// How numbers of views are distributed, by view, machine, year or whatever the table has.
"use strict";

const distributionsTab = { by: "view", shape: "box", scale: "log", quantities: null };
const USUAL_QUANTITIES = ["bac_area_mm2", "calcified_length_mm", "area_grade"];
const MOST_GROUPS = 12;

function groupings() {
  const few = cohort.columns.filter(
    (column) => (column.kind === "text" && ["machine", "year", "model"].includes(column.key)) || column.key.startsWith("more_"),
  );
  return [["view", "view"], ...few.map((column) => [column.key, column.label.toLowerCase()]), ["", "nothing"]];
}

function showDistributionsTab(main) {
  const tab = distributionsTab;
  tab.quantities ??= USUAL_QUANTITIES.filter((key) => cohort.viewColumns.some((column) => column.key === key));
  const exams = shownExams();
  const again = (change) => { Object.assign(tab, change); showDistributionsTab(main); };
  const others = cohort.viewColumns.filter((column) => !tab.quantities.includes(column.key));
  const grid = el("div", { class: "cards" });
  main.replaceChildren(
    el(
      "div",
      { class: "bar" },
      choice("By", groupings(), tab.by, (by) => again({ by })),
      choice("As", [["box", "boxes"], ["histogram", "histogram"]], tab.shape, (shape) => again({ shape })),
      choice("Scale", [["linear", "linear"], ["log", "logarithmic"]], tab.scale, (scale) => again({ scale })),
      choice("Also", [["", "…"], ...others.map((column) => [column.key, titleOf(column)])], "",
        (key) => again({ quantities: [...tab.quantities, key] })),
      el("span", { class: "quiet" }, `${ofWhich(exams)}; a click on a point opens its exam`),
    ),
    grid,
  );
  for (const key of tab.quantities) {
    drawDistribution(grid, cohort.viewColumns.find((column) => column.key === key), exams);
  }
}

// [group, value, exam] of each view, the unknown left out and counted.
function valuesOf(column, exams) {
  const found = new Map();
  let unknown = 0;
  for (const exam of exams) {
    for (const view of exam.views) {
      const value = view[column.place];
      if (value === null) { unknown += 1; continue; }
      const group = groupOf(exam, view);
      if (!found.has(group)) found.set(group, []);
      found.get(group).push([value, exam.index]);
    }
  }
  const groups = [...found].sort(([one], [other]) => COLLATOR.compare(one, other));
  return { groups, unknown };
}

function groupOf(exam, view) {
  const { by } = distributionsTab;
  if (by === "") return "all";
  if (by === "view") return view[0] || UNKNOWN;
  return valueOf(exam, by) === null ? UNKNOWN : textOf(exam, by);
}

function drawDistribution(grid, column, exams) {
  const { groups: all, unknown } = valuesOf(column, exams);
  const groups = [...all].sort((one, other) => other[1].length - one[1].length).slice(0, MOST_GROUPS);
  groups.sort(([one], [other]) => COLLATOR.compare(one, other));
  const count = all.reduce((sum, [, values]) => sum + values.length, 0);
  const zero = all.reduce((sum, [, values]) => sum + values.filter(([value]) => value === 0).length, 0);
  const said = [
    plural(count, "view"),
    column.kind === "grade" ? null : `${zero.toLocaleString("en")} of them 0${zero ? " and not drawn" : ""}`,
    unknown ? `${unknown.toLocaleString("en")} unknown` : null,
    all.length > groups.length ? `the ${groups.length} largest of ${all.length} groups` : null,
  ];
  const { card, plot } = plotCard(titleOf(column), said.filter(Boolean).join(", "));
  card.dataset.quantity = column.key;
  grid.append(card);
  if (column.kind === "grade") drawGrades(plot, column, groups);
  else drawNumbers(plot, column, groups);
}

function drawGrades(plot, column, groups) {
  const grades = Object.keys(column.words ?? {}).map(Number);
  const traces = grades.map((grade, place) => ({
    type: "bar",
    orientation: "h",
    name: plain(column.words[grade]),
    y: groups.map(([group]) => plain(group)),
    x: groups.map(([, values]) => (100 * values.filter(([value]) => value === grade).length) / values.length),
    hovertemplate: "%{y}: %{x:.1f} %<extra></extra>",
    marker: { color: colour(`grade-${place}`) },
  }));
  draw(plot, traces, { barmode: "stack", xaxis: { title: { text: "% of views" } }, yaxis: { type: "category" } });
}

function drawNumbers(plot, column, groups) {
  const { shape, scale } = distributionsTab;
  const axis = axisOf(titleOf(column), scale);
  const drawn = groups.map(([group, values]) => [group, values.filter(([value]) => value > 0 || (value < 0 && scale === "linear"))]);
  if (shape === "histogram") {
    const logs = scale === "log";
    const traces = drawn.map(([group, values], place) => ({
      type: "histogram",
      name: plain(group),
      x: values.map(([value]) => (logs ? Math.log10(value) : value)),
      opacity: 0.75,
      marker: { color: seriesColour(place) },
    }));
    const title = { title: { text: plain(logs ? `log10 of ${titleOf(column)}` : titleOf(column)) } };
    draw(plot, traces, { barmode: "stack", xaxis: title, yaxis: { title: { text: "views" } } });
    return;
  }
  const traces = drawn.map(([group, values], place) => ({
    type: "box",
    name: plain(group),
    y: values.map(([value]) => value),
    customdata: values.map(([, index]) => index),
    boxpoints: "outliers",
    marker: { color: seriesColour(place), size: 4 },
    line: { width: 1.4 },
  }));
  draw(plot, traces, { showlegend: false, yaxis: axis, xaxis: { type: "category" } });
}
