/* The bell: its count and the tab's title, a toast for what arrives, read on one tab = read on all.

   What has changed is told by the socket (live:notifications.changed and live:snapshot of user.<id>, static/js/live.js)
   or by the answer to a click (the event `notifications`): {unread, latest: [{id, at, is_unread}], as_of}. A toast's
   content is fetched, so that the server says each time what may be read.

   #bell[data-unread][data-as-of][data-toast-url]   the button; the 0 in its address stands for the number of a notification
   .toast[data-notification][data-at]   a toast of one; data-stay: until it is closed, on the next page too
   #toasts-more                         « et 2 autres »: those that wait behind; opens the bell
   notifications-changed                dispatched on the body: what shows notifications loads itself again */

const bell = document.getElementById("bell");
const more = document.getElementById("toasts-more");
const MOST_TOASTS = 3; // seen at once; of those that wait to be closed, the older ones stand behind (components.css)
const MOST_KEPT = 8; // from one page to the next: as many as the bell shows
const OPEN = "openflex-open-notifications"; // toasts that wait to be closed, from one page to the next

let asOf = 0;
// Of this tab: what it has shown, and from which instant on something is new to it.
const shown = new Map();
let known = bell ? Number(bell.dataset.asOf) : 0;
const missed = []; // the network gave way: asked for again with whatever is told next

/* ---- the count ---- */
const TITLE = /^\(\d+\+?\) /;

function showCount(unread) {
  const label = unread > 99 ? "99+" : String(unread);
  const count = document.getElementById("bell-count");
  bell.dataset.unread = unread;
  count.textContent = label;
  count.hidden = unread === 0;
  bell.ariaLabel = unread ? `Notifications, ${label} ${unread > 1 ? "non lues" : "non lue"}` : "Notifications";
  document.title = (unread ? `(${label}) ` : "") + document.title.replace(TITLE, "");
}

/* ---- what has changed ---- */
function apply({ unread, latest, as_of: at }) {
  if (at !== undefined && at < asOf) return; // overtaken on its way
  asOf = at ?? asOf;
  showCount(unread);
  dropRead(unread, latest);
  const arrived = latest.filter((one) => one.is_unread && one.at > known);
  known = Math.max(known, ...latest.map((one) => one.at));
  bringAll([...missed.splice(0), ...arrived.reverse()]);
  renew();
}

function renew() {
  document.body.dispatchEvent(new CustomEvent("notifications-changed"));
  if (document.getElementById("bell-panel").matches(":popover-open")) window.htmx?.trigger("#bell-latest", "renew");
}

/* ---- toasts ---- */
const toasts = () => [...document.querySelectorAll(".toast[data-notification]")];
const idOf = (toast) => Number(toast.dataset.notification);
const stays = (toast) => "stay" in toast.dataset;

// Read on another tab, or by « Tout marquer comme lu » here.
function dropRead(unread, latest) {
  const read = new Set(latest.filter((one) => !one.is_unread).map((one) => one.id));
  for (const toast of toasts()) if (unread === 0 || read.has(idOf(toast))) toast.remove();
}

// One after the other, so that the newest stands last.
async function bringAll(some) {
  for (const one of some) await bring(one);
}

async function bring({ id, at }) {
  if (shown.get(id) >= at) return;
  shown.set(id, at);
  const html = await contentOf(id);
  if (html === undefined) {
    shown.delete(id);
    missed.push({ id, at });
  }
  if (!html) return;
  const model = document.createElement("template");
  model.innerHTML = html;
  const element = model.content.firstElementChild;
  for (const older of toasts()) if (idOf(older) === id) older.remove();
  for (const older of toasts().slice(0, -(MOST_TOASTS - 1))) if (!stays(older)) older.remove();
  document.dispatchEvent(new CustomEvent("toast", { detail: { element } }));
}

// Empty: read meanwhile, or signed out. Undefined: no answer.
async function contentOf(id) {
  try {
    const response = await fetch(bell.dataset.toastUrl.replace("/0/", `/${id}/`));
    if (response.status >= 500) return undefined;
    return response.status === 200 && !response.redirected ? await response.text() : "";
  } catch {
    return undefined;
  }
}

// Those behind are counted; closing one in front brings the next.
function countBehind() {
  const behind = toasts().filter((toast) => !toast.checkVisibility()).length;
  more.hidden = behind === 0;
  more.firstElementChild.textContent = `et ${behind} ${behind > 1 ? "autres" : "autre"}`;
}

// A toast that waits to be closed waits on the next page of this tab too.
function keepOpen() {
  const open = toasts().filter(stays).map((toast) => ({ id: idOf(toast), at: Number(toast.dataset.at) }));
  sessionStorage.setItem(OPEN, JSON.stringify([...missed, ...open].slice(-MOST_KEPT)));
}

function bringBack() {
  const open = JSON.parse(sessionStorage.getItem(OPEN) ?? "[]");
  sessionStorage.removeItem(OPEN);
  bringAll(open);
}

// Escape closes the one that has the focus, or, where nothing else has it, the newest.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal, :popover-open")) return;
  const toast = event.target.closest?.(".toast[data-notification]") ?? (event.target.matches?.("body, main") ? toasts().at(-1) : null);
  if (!toast) return;
  if (toast.contains(document.activeElement)) bell.focus();
  toast.remove();
});

if (bell) {
  document.addEventListener("notifications", ({ detail }) => apply(detail));
  document.addEventListener("live:notifications.changed", ({ detail }) => apply(detail.payload));
  document.addEventListener("live:snapshot", ({ detail }) => {
    if (detail.topic.startsWith("user.")) apply(detail.payload);
  });
  new MutationObserver(countBehind).observe(document.querySelector("#toasts [role=status]"), { childList: true });
  window.addEventListener("resize", countBehind);
  more.addEventListener("click", (event) => {
    if (document.querySelector("dialog:modal")) return; // nothing beside a dialog can be used: the page of all opens
    event.preventDefault();
    bell.click();
  });
  window.addEventListener("pagehide", keepOpen);
  bringBack();
}
