// One exam: why it is to be checked, what is said of it, its pictures by date, its numbers, its notices.
"use strict";

async function examView(exam, { large = false } = {}) {
  const details = await detailsOf(exam);
  return el(
    "article",
    { class: large ? "exam large" : "exam", "data-exam": exam.key },
    examHeading(exam),
    reasonList(exam),
    verdictBar(exam),
    await pictureGrid(exam, { large }),
    details.sentence ? el("p", { class: "sentence" }, details.sentence) : null,
    details.unwritten ? el("p", { class: "error" }, details.unwritten) : null,
    numbersTable(exam, details),
    noticeList(details),
  );
}

function examHeading(exam) {
  const name = cohort.byColumn.has("name") ? valueOf(exam, "name") : null;
  const about = ["patient", "date", "machine", "model"].map((key) => valueOf(exam, key));
  return el(
    "h2",
    {},
    name ?? exam.key,
    el("span", { class: "quiet" }, [name ? exam.key : null, ...about].filter(Boolean).join("  ·  ")),
  );
}

function reasonList(exam) {
  if (!exam.reasons.length) return null;
  const items = exam.reasons.map(([kind, text]) => el("li", {}, reasonChip(kind), text));
  return el("ul", { class: "reasons" }, ...items);
}

function reasonChip(kind) {
  return el("span", { class: `chip ${kind}` }, cohort.about.reasons[kind] ?? kind);
}

function verdictBar(exam) {
  const comment = el("input", {
    class: "comment",
    placeholder: "Comment (C)",
    "aria-label": "Comment",
    onchange: () => say(exam, { comment: comment.value }),
  });
  comment.value = exam.reading?.comment ?? "";
  const button = (verdict, text) =>
    el(
      "button",
      {
        class: `verdict ${verdict}`,
        "aria-pressed": String(exam.reading?.verdict === verdict),
        onclick: () => act(exam, verdict),
      },
      text,
    );
  const by = exam.reading?.verdict
    ? [exam.reading.reader, exam.reading.read_at.slice(0, 10)].filter(Boolean).join(", ")
    : "";
  return el(
    "div",
    { class: "verdicts" },
    button("accept", "✓ Accept (A)"),
    button("reject", "✗ Reject (R)"),
    comment,
    el("span", { class: "quiet by" }, by),
  );
}

// Said again, a verdict is taken back.
function act(exam, verdict) {
  say(exam, { verdict: exam.reading?.verdict === verdict ? null : verdict });
}

async function pictureGrid(exam, { large }) {
  const series = seriesOf(exam);
  const shown = series.length > 1 ? series.slice(-4) : [exam];
  if (!shown.includes(exam)) shown[0] = exam;
  const columns = await Promise.all(shown.map(async (one) => [one, await detailsOf(one)]));
  const there = hangingOrder(columns.flatMap(([, of]) => of.views));
  const labels = [...new Set(there.map((view) => view.label))];
  const all = [];
  if (columns.length === 1) {
    const views = hangingOrder(columns[0][1].views);
    return el("div", { class: "pictures one" }, ...views.map((view) => figure(exam, view, all)));
  }
  // Of each view its dates side by side, the earliest first.
  const groups = labels.map((label) => {
    const dated = columns.map(([one, of]) => {
      const views = of.views.filter((view) => view.label === label);
      const shownViews = views.map((view) => figure(one, view, all, valueOf(one, "date") ?? one.key));
      const none = el("p", { class: "no-view quiet" }, `no ${label || "such view"}`);
      return el("div", { class: one === exam ? "cell now" : "cell" }, ...(shownViews.length ? shownViews : [none]));
    });
    return el("div", { class: "group" }, ...dated);
  });
  const left = series.length - shown.length;
  return el(
    "section",
    {},
    left > 0 ? el("p", { class: "quiet" }, `${plural(left, "other exam")} of this patient not shown here.`) : null,
    el("div", { class: "pictures dates", style: `--dates: ${columns.length}` }, ...groups),
  );
}

function figure(exam, view, all, date = "") {
  const label = view.label || "view unknown";
  const at = all.length;
  const text = [label, exam.key, view.error].filter(Boolean).join(" · ");
  all.push({ large: view.large, text });
  const picture = view.large
    ? el("button", { class: "open", onclick: () => openViewer(all, at), title: "Open large (O)" },
        el("img", { src: view.large, alt: text, loading: "lazy", decoding: "async" }))
    : el("p", { class: view.error ? "no-picture error" : "no-picture" }, view.error ?? "No picture.");
  const hand = view.by_a_person ? el("span", { class: "chip hand" }, view.state) : null;
  return el("figure", {}, picture, el("figcaption", {}, label, ` ${date} `, ...view.modifiers.map((one) => `${one} `), hand));
}

const WHOLES = ["Right breast", "Left breast", "Both breasts"];

function numbersTable(exam, details) {
  const views = hangingOrder(details.views).filter((view) => view.numbers.some((one) => one !== null));
  if (!views.length) return null;
  const heads = views.map((view) => el("th", {}, view.label || "?"));
  const rows = cohort.viewColumns
    .filter((column) => views.some((view) => view.numbers[column.place - 1] !== null))
    .map((column) => {
      const cells = views.map((view) => el("td", {}, written(column, view.numbers[column.place - 1])));
      const wholes = WHOLES.map((group) => {
        const own = cohort.columns.find((one) => one.group === group && one.quantity === column.quantity);
        return el("td", { class: "whole" }, own ? written(own, valueOf(exam, own.key)) : "");
      });
      return el("tr", {}, el("th", { title: column.meaning }, titleOf(column)), ...cells, ...wholes);
    });
  return el("table", { class: "numbers" }, el("tr", {}, el("th"), ...heads, ...WHOLES.map((group) => el("th", {}, group))), ...rows);
}

function noticeList(details) {
  const said = [
    ...details.notices.map((notice) => ["", notice]),
    ...details.views.flatMap((view) => view.notices.map((notice) => [view.label, notice])),
  ];
  if (!said.length) return null;
  const item = ([label, notice]) =>
    el("li", { class: notice.severity, title: notice.code }, label ? el("b", {}, `${label} `) : null, notice.text);
  const order = ["error", "warning", "info"];
  said.sort((one, other) => order.indexOf(one[1].severity) - order.indexOf(other[1].severity));
  return el("ul", { class: "notices" }, ...said.map(item));
}

async function openExam(exam) {
  app.current = exam;
  const dialog = document.getElementById("exam-dialog");
  const close = el("button", { class: "round close", onclick: () => dialog.close(), "aria-label": "Close" }, "×");
  dialog.replaceChildren(close, await examView(exam, { large: true }));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
