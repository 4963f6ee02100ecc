// Plots in the colours of the page; plotly.js is loaded when the first one is drawn.
"use strict";

const SERIES = ["series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7", "series-8"];

async function plotly() {
  plotly.loading ??= loadScript("libraries/plotly.min.js");
  await plotly.loading;
  return Plotly;
}

// Ticks of a logarithmic axis, written out: 1, 2, 5, 10.
function axisOf(title, scale) {
  const axis = { title: { text: plain(title) }, type: scale };
  if (scale !== "log") return axis;
  const ticks = [-3, -2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power));
  return { ...axis, tickvals: ticks, ticktext: ticks.map((tick) => String(Number(tick.toPrecision(1)))) };
}

function seriesColour(place) {
  return colour(SERIES[place % SERIES.length]);
}

function plotLayout(more) {
  const axis = { gridcolor: colour("line"), zerolinecolor: colour("line"), linecolor: colour("line"), automargin: true };
  const { xaxis, yaxis, ...others } = more;
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("ink"), family: "inherit", size: 12 },
    margin: { l: 52, r: 12, t: 8, b: 40 },
    hoverlabel: { bgcolor: colour("surface"), font: { color: colour("ink") }, bordercolor: colour("line") },
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "normal" },
    ...others,
    xaxis: { ...axis, ...xaxis },
    yaxis: { ...axis, ...yaxis },
  };
}

async function draw(place, traces, layout) {
  const library = await plotly();
  if (!place.isConnected) return;
  await library.newPlot(place, traces, plotLayout(layout), { displayModeBar: false, responsive: true });
  place.on("plotly_click", ({ points }) => {
    const index = points[0]?.customdata;
    if (typeof index === "number") openExam(cohort.exams[index]);
  });
  place.dataset.drawn = "yes";
}

function plotCard(title, about) {
  const plot = el("div", { class: "plot" });
  const card = el("section", { class: "card" }, el("h3", {}, title), el("p", { class: "quiet" }, about), plot);
  return { card, plot };
}

// plotly.js reads some tags in texts: a group's name is shown as it is.
function plain(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shownExams() {
  return app.shown ? cohort.exams.filter((exam) => app.shown.has(exam.index)) : cohort.exams;
}

function ofWhich(exams) {
  return exams.length === cohort.exams.length
    ? `All ${plural(exams.length, "exam")}`
    : `The ${plural(exams.length, "exam")} that the table of exams is filtered to`;
}
