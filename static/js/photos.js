/* Photos of a vehicle and of its damage: sent one by one with their progress, ranged by dragging. Without this file the
   same forms send and range them; nothing is decided here.

   data-photos           on the card: files may be dropped on it
   data-sends-photos     on a form: what is chosen is sent at once, one file a request, each under a key of its own; the
                         answer takes the place of the section around the form
   [data-place-url]      on a tile: where its place is posted, as `to` (0 is the cover)
   template[data-upload-tray], template[data-upload-line]   what shows the progress; it outlives a swap of the card */

const waiting = [];
let isSending = false;

const card = () => document.querySelector("[data-photos]");

function show(html, id) {
  const target = document.getElementById(id);
  // The element by whose extensions it is swapped: without it the answer would be put inside.
  htmx.swap(target, html, { swapStyle: "morph:outerHTML" }, { contextElement: target, eventInfo: { target, elt: target } });
}

/* ---- sending ---- */
function tray() {
  const there = document.querySelector(".upload-tray");
  if (there) return there;
  document.body.append(card().querySelector("template[data-upload-tray]").content.cloneNode(true));
  return document.querySelector(".upload-tray");
}

function line(file) {
  tray().querySelector("ul").append(card().querySelector("template[data-upload-line]").content.cloneNode(true));
  const made = tray().querySelector("ul").lastElementChild;
  made.querySelector(".upload-name").textContent = file.name;
  return made;
}

function enqueue(form, files) {
  if (!isSending) document.querySelector(".upload-tray")?.remove(); // what it tells is over
  for (const file of files) {
    waiting.push({ file, url: form.action, card: form.closest("section").id, key: crypto.randomUUID(), line: line(file) });
  }
  if (!isSending) sendNext();
}

function say(one, state, words) {
  one.line.className = state;
  one.line.querySelector(".upload-state").textContent = words;
}

function refusedIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector("[data-reason], [data-error-text]")?.textContent.trim();
}

const SIGNED_OUT = "Pas envoyée\u00a0: votre session a pris fin. Reconnectez-vous dans un nouvel onglet, puis rechargez cette page.";

function end(one, request) {
  if (request.status === 200 && request.responseURL !== one.url) {
    // Led to the sign-in page, which is no card; the others would only be led there as well.
    for (const each of [one, ...waiting.splice(0)]) say(each, "failed", SIGNED_OUT);
  } else if (request.status === 200) {
    say(one, "done", "ajoutée");
    show(request.responseText, one.card);
  } else {
    const words = request.status === 413 ? "Ce fichier est trop lourd." : refusedIn(request.responseText);
    say(one, "failed", words ?? "Pas envoyée\u00a0: réessayez dans un instant.");
  }
  sendNext();
}

function sendNext() {
  const one = waiting.shift();
  isSending = Boolean(one);
  if (!one) return finish();
  const body = new FormData();
  body.append("key", one.key);
  body.append("photos", one.file);
  const request = new XMLHttpRequest();
  const bar = one.line.querySelector("progress");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = loaded / total;
    say(one, "sending", loaded < total ? `${Math.round((loaded / total) * 100)}\u00a0%` : "traitement…");
  });
  request.addEventListener("load", () => end(one, request));
  request.addEventListener("error", () => {
    say(one, "failed", "Pas envoyée\u00a0: la connexion a été coupée.");
    sendNext();
  });
  request.open("POST", one.url);
  request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
  request.setRequestHeader("HX-Request", "true");
  request.send(body);
}

function finish() {
  const shown = tray();
  const [done, failed] = ["done", "failed"].map((state) => shown.querySelectorAll(`.${state}`).length);
  const added = `${done} photo${done > 1 ? "s" : ""} ajoutée${done > 1 ? "s" : ""}`;
  const refused = `${failed} refusée${failed > 1 ? "s" : ""}`;
  shown.querySelector("[data-title]").textContent = failed ? (done ? `${added}, ${refused}` : `${failed} photo${failed > 1 ? "s" : ""} refusée${failed > 1 ? "s" : ""}`) : added;
  shown.querySelector("[data-dismiss-tray]").hidden = false;
  if (!failed) setTimeout(() => !isSending && shown.remove(), 4000);
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-sends-photos]");
  if (!form || target.type !== "file" || !target.files.length) return;
  enqueue(form, [...target.files]);
  form.reset();
});

document.addEventListener("click", ({ target }) => target.closest("[data-dismiss-tray]")?.closest(".upload-tray").remove());

window.addEventListener("beforeunload", (event) => {
  if (isSending) event.preventDefault();
});

/* ---- dragging: files onto the card, tiles among each other ---- */
let dragged = null;

const tiles = () => [...document.querySelectorAll(".photo-tile")];
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".photo-tile[draggable=true]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.(".photo-tile");
  if (dragged && over && over.parentElement === dragged.parentElement) {
    event.preventDefault();
    if (over !== dragged) over[tiles().indexOf(over) > tiles().indexOf(dragged) ? "after" : "before"](dragged);
  } else if (!dragged && hasFiles(event) && event.target.closest?.("[data-photos]")) {
    event.preventDefault();
    card().classList.add("dropping");
  }
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget?.closest?.("[data-photos]")) card()?.classList.remove("dropping");
});

document.addEventListener("drop", (event) => {
  card()?.classList.remove("dropping");
  if (dragged) {
    event.preventDefault();
  } else if (hasFiles(event) && event.target.closest?.("[data-photos]")) {
    event.preventDefault();
    enqueue(card().querySelector("[data-sends-photos]"), [...event.dataTransfer.files]);
  }
});

// Let go outside of the tiles, or by Escape: the tile stays where it was last shown, and that is what is saved.
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  const [url, to] = [dragged.dataset.placeUrl, tiles().indexOf(dragged)];
  dragged = null;
  htmx.ajax("POST", url, { target: "#photos", swap: "morph:outerHTML", values: { to } });
});
