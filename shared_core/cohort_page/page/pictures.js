// Small pictures for lists, and one picture large, to be zoomed and moved.
"use strict";

const HANGING = ["RCC", "LCC", "RMLO", "LMLO"];

function thumbnail(path, text) {
  if (!path) return el("span", { class: "thumbnail none", title: text }, UNKNOWN);
  return el("img", { class: "thumbnail", src: path, alt: text, title: text, loading: "lazy", decoding: "async" });
}

function hangingOrder(views) {
  const place = (view) => (HANGING.includes(view.label) ? HANGING.indexOf(view.label) : HANGING.length);
  return [...views].sort((one, other) => place(one) - place(other));
}

const viewer = { shown: [], at: 0, scale: 1, x: 0, y: 0 };

function openViewer(pictures, at) {
  Object.assign(viewer, { shown: pictures.filter((one) => one.large), scale: 1, x: 0, y: 0 });
  viewer.at = Math.max(0, viewer.shown.indexOf(pictures[at]));
  const dialog = document.getElementById("viewer");
  const image = el("img", { draggable: "false", alt: "" });
  const caption = el("p", { class: "caption" });
  const close = el("button", { class: "round", onclick: () => dialog.close(), "aria-label": "Close" }, "×");
  dialog.replaceChildren(image, caption, close);
  dialog.onwheel = (event) => {
    event.preventDefault();
    zoomViewer(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  };
  dragToMove(dialog, image);
  if (!dialog.open) dialog.showModal();
  showInViewer();
}

function showInViewer() {
  const picture = viewer.shown[viewer.at];
  const dialog = document.getElementById("viewer");
  const image = dialog.querySelector("img");
  if (image.getAttribute("src") !== picture.large) image.src = picture.large;
  image.alt = picture.text;
  image.style.transform = `translate(${viewer.x}px, ${viewer.y}px) scale(${viewer.scale})`;
  dialog.querySelector(".caption").textContent =
    `${picture.text}   ${viewer.at + 1} of ${viewer.shown.length}   ← → other pictures, + − 0 zoom, Esc back`;
}

function zoomViewer(factor) {
  viewer.scale = Math.min(Math.max(viewer.scale * factor, 1), 12);
  if (viewer.scale === 1) Object.assign(viewer, { x: 0, y: 0 });
  showInViewer();
}

function stepViewer(step) {
  const count = viewer.shown.length;
  Object.assign(viewer, { at: (viewer.at + step + count) % count, scale: 1, x: 0, y: 0 });
  showInViewer();
}

function dragToMove(dialog, image) {
  image.onpointerdown = (event) => {
    const start = { x: event.clientX - viewer.x, y: event.clientY - viewer.y };
    image.setPointerCapture(event.pointerId);
    image.onpointermove = (moved) => {
      Object.assign(viewer, { x: moved.clientX - start.x, y: moved.clientY - start.y });
      showInViewer();
    };
    image.onpointerup = () => { image.onpointermove = null; };
  };
  image.ondblclick = () => zoomViewer(viewer.scale === 1 ? 3 : 1 / viewer.scale);
}
