/* What opens over a page or belongs to its frame: dialogs, menus, toasts, preferences, keyboard shortcuts, the section index.

   data-opens="id"       a button that opens the dialog of that id
   data-closes           a button inside a dialog that closes it
   #dialog-content       hx-target for a dialog whose content the server sends; it opens after the swap
   data-keep             on a dialog: what was typed in it may be lost without a word
   popover + popovertarget   menus; .end aligns right, .up opens upwards
   .detail-spot          a label and its .detail: shown on hover and focus, until Escape; a popover by click and touch
   data-closes-popover   on a form inside a popover, or on the button in it that sends: sending closes the popover; on a
                         link in it: following it does
   data-move="-1|1"      a button that moves its [data-sortable-item] among its neighbours
   data-preference       a form that posts theme, density, rail or shortcuts: applied at once, stored behind
   data-here             the hidden field of where a form comes back to: the address as it is when the form is sent
   data-go="v"           a link that the keys g then v follow;  data-shortcut="n" a control that the key n presses; not
                         while <html data-shortcuts="off">
   data-search           the field that / focuses
   data-print            a button that prints the page
   data-spy              a nav of links to sections; the one being read gets aria-current
   Events on the document or by HX-Trigger: toast {level, title, message, url, label, opensTab, stay, undo_url,
   retry} (retry: a function, behind a button of that name) or {element}, drawn by the server; close-dialog. */

const announceToast = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

/* ---- dialogs ---- */
const frame = document.getElementById("dialog");

function typedSomething(dialog) {
  if ("keep" in dialog.dataset) return false;
  // A form that was refused comes back with what was typed as if it had always stood there.
  const wasRefused = dialog.querySelector("form [role=alert]");
  return [...dialog.querySelectorAll("input, textarea, select")].some((control) => wasChanged(control) || (wasRefused && isFilledIn(control)));
}

function isFilledIn(control) {
  return control.matches("input:not([type=hidden], [type=search], [type=checkbox], [type=radio]), textarea") && !control.disabled && control.value.trim() !== "";
}

function wasChanged(control) {
  if (control.type === "hidden" || control.type === "search" || control.disabled) return false;
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const options = [...control.options];
  const initial = options.filter((option) => option.defaultSelected);
  return initial.length ? options.some((option) => option.selected !== option.defaultSelected) : control.selectedIndex > 0;
}

let warnedDialog = null;

function mayLeave(dialog) {
  if (!typedSomething(dialog) || warnedDialog === dialog) return true;
  warnedDialog = dialog;
  setTimeout(() => (warnedDialog = null), 4000);
  announceToast({ level: "warn", title: "Votre saisie serait perdue", message: "Fermez encore une fois pour l’abandonner." });
  return false;
}

const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";

/* The browser begins at the first thing that takes the focus: in a form that is the cross, where Enter closes. */
function beginAtField(dialog) {
  if (!document.activeElement.closest(".dialog-head")) return;
  const fields = [...dialog.querySelectorAll(".dialog-body :is(input:not([type=hidden]), select, textarea):enabled")];
  const first = fields.find((field) => field.checkVisibility());
  const chosen = first?.type === "radio" && fields.find((field) => field.name === first.name && field.checked);
  (chosen || first)?.focus();
}

/* What is taller than the screen and has nothing to focus in it is read on by keyboard all the same. */
function openDialog(dialog) {
  if (!dialog.open) {
    dialog.showModal();
    beginAtField(dialog);
  }
  for (const body of dialog.querySelectorAll(".dialog-body")) {
    if (body.scrollHeight > body.clientHeight && !body.querySelector(FOCUSABLE)) body.tabIndex = 0;
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const opener = event.target.closest("[data-opens]");
  if (opener) openDialog(document.getElementById(opener.dataset.opens));
  const closer = event.target.closest("[data-closes]");
  const dialog = closer?.closest("dialog[open]");
  if (!dialog) return;
  event.preventDefault(); // the address of a closing link is for where there is no dialog
  dialog.close();
});

document.addEventListener("mousedown", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || event.button !== 0) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && mayLeave(dialog)) dialog.close();
});

// cancel does not bubble: it is caught on its way down
document.addEventListener("cancel", (event) => {
  if (event.target instanceof HTMLDialogElement && !mayLeave(event.target)) event.preventDefault();
}, true);

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (!frame || target.id !== "dialog-content" || !target.childElementCount) return;
  const title = target.querySelector("h2");
  if (title) frame.setAttribute("aria-label", title.textContent.trim());
  openDialog(frame);
});

// What was typed before htmx listened (a dialog that settles, a page that loads) is searched for too. What was asked for
// is remembered: a swap leaves a box that has the focus as it was, and would else ask for the same words for ever.
const asked = new WeakMap();
const searchBoxes = (elt) => [elt, ...(elt.querySelectorAll?.("input") ?? [])].filter((box) => box.type === "search");

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  for (const box of searchBoxes(elt)) asked.set(box, box.value);
});

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  for (const box of searchBoxes(elt)) {
    if (box.value !== (asked.get(box) ?? box.defaultValue)) htmx.trigger(box, "typed-early");
  }
});

// An answer to the words that come late must not undo a choice made meanwhile.
document.addEventListener("change", ({ target }) => {
  if (!target.matches(".candidates input")) return;
  const box = target.closest(".picker, form").querySelector("input[type=search]");
  if (box) htmx.trigger(box, "htmx:abort");
});

document.addEventListener("close-dialog", () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close()));

document.addEventListener("close", (event) => {
  if (event.target === frame) document.getElementById("dialog-content").replaceChildren();
  if (event.target instanceof HTMLDialogElement) placeToasts();
}, true);

/* ---- menus ---- */
const CSS_PLACES_THEM = CSS.supports("position-area", "block-end");

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches("[popover]")) return;
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  opener?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open" || !opener) return;
  if (!CSS_PLACES_THEM) place(menu, opener);
  if (menu.matches(".menu")) (menu.querySelector("[aria-current=true]") ?? items(menu)[0])?.focus({ focusVisible: false });
}, true);

function place(menu, opener) {
  if (matchMedia("(width < 768px)").matches && menu.matches(".sheet")) return;
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = menu.matches(".end") ? at.right - width : at.left;
  const below = !menu.matches(".up") && at.bottom + height + 8 <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}

/* ---- details beside a label: Escape puts them away though pointer and focus stay where they are (WCAG 1.4.13) ---- */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const spot of document.querySelectorAll(".detail-spot:is(:hover, :focus-within)")) spot.dataset.dismissed = "";
});

// Tapped a second time they close, though the label still has the focus.
document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    const spot = newState === "closed" && target.closest(".detail-spot");
    if (spot) spot.dataset.dismissed = "";
  },
  true,
);

// Coming back to the label asks for them again.
for (const arrival of ["pointerover", "focusin"]) {
  document.addEventListener(arrival, ({ target, relatedTarget }) => {
    const spot = target.closest?.(".detail-spot[data-dismissed]");
    if (spot && !spot.contains(relatedTarget)) delete spot.dataset.dismissed;
  });
}

const items = (menu) => [...menu.querySelectorAll("a, button, input")].filter((item) => !item.disabled && item.offsetParent);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu || event.target.matches("input[type=text], input[type=search]")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = items(menu);
  if (step) all.at((all.indexOf(event.target) + step + all.length) % all.length)?.focus();
  else if (event.key === "Home") all[0]?.focus();
  else if (event.key === "End") all.at(-1)?.focus();
  else return;
  event.preventDefault();
});

document.addEventListener("submit", ({ target, submitter }) => {
  const within = [target, submitter].find((element) => element?.matches("[data-closes-popover]"));
  within?.closest("[popover]")?.hidePopover();
});

document.addEventListener("click", ({ target }) => {
  target.closest("a[data-closes-popover]")?.closest("[popover]")?.hidePopover();
});

// An ordered choice (the columns of a list): the arrows move an item among its neighbours.
document.addEventListener("click", (event) => {
  const arrow = event.target.closest("[data-move]");
  const item = arrow?.closest("[data-sortable-item]");
  if (!item) return;
  if (arrow.dataset.move === "-1") item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  arrow.focus();
});

/* ---- toasts and the undo bar ---- */
const toasts = document.getElementById("toasts");
const SHOWN_FOR = 8000;

// A modal dialog makes all the rest of the page inert, so its toasts must live inside it.
function placeToasts() {
  const modal = [...document.querySelectorAll("dialog:modal")].at(-1);
  const home = modal ?? document.body;
  if (toasts && toasts.parentElement !== home) home.append(toasts);
}

function showToast(detail) {
  if (!toasts) return;
  const what = typeof detail === "string" ? { message: detail } : { ...detail, message: detail.message ?? detail.value ?? "" };
  const element = what.element ?? drawToast(what);
  placeToasts();
  const isUrgent = what.level === "bad" || what.level === "warn";
  toasts.querySelector(isUrgent ? "[role=alert]" : "[role=status]").append(element);
  if (what.undo_url) window.htmx?.process(element);
  letGo(element);
}

function drawToast(what) {
  const model = document.getElementById(what.undo_url ? "undo-model" : `toast-model-${what.level ?? "info"}`);
  const element = model.content.firstElementChild.cloneNode(true);
  element.querySelector(".toast-text").textContent = what.message;
  const title = element.querySelector(".toast-title");
  if (title && what.title) title.textContent = what.title;
  else title?.remove();
  if (!what.message) element.querySelector(".toast-text").remove();
  if (what.url) {
    const link = Object.assign(document.createElement("a"), { className: "button small", href: what.url, textContent: what.label ?? "Ouvrir" });
    if (what.opensTab) Object.assign(link, { target: "_blank", rel: "noopener" });
    addToToast(element, link);
  }
  if (what.retry) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: "Réessayer" });
    button.addEventListener("click", () => {
      element.remove();
      what.retry();
    });
    addToToast(element, button);
  }
  for (const other of toasts.querySelectorAll(".toast")) {
    if (other.textContent === element.textContent) other.remove(); // said again, not twice
  }
  if (what.stay) element.dataset.stay = "";
  if (what.undo_url) element.querySelector("button").setAttribute("hx-post", what.undo_url);
  return element;
}

const addToToast = (element, control) => element.querySelector(".toast-text, .toast-title").parentElement.append(control);

function letGo(element) {
  element.querySelector("[data-dismiss]")?.addEventListener("click", () => element.remove());
  if (element.matches(".undo-bar")) element.addEventListener("htmx:afterRequest", () => element.remove());
  if ("stay" in element.dataset) return;
  let timer;
  const start = () => (timer = setTimeout(() => element.remove(), SHOWN_FOR));
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, start);
  start();
}

document.addEventListener("toast", (event) => showToast(event.detail));
document.querySelectorAll("[data-toast]").forEach(letGo);

// Swaps have moved the address since the frame of the page was drawn.
document.addEventListener("submit", ({ target }) => {
  for (const field of target.querySelectorAll("[data-here]")) field.value = location.pathname + location.search;
}, true);

/* ---- preferences: what changes is seen at once, the cookie follows ---- */
document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-preference]") || !button) return;
  event.preventDefault();
  const data = new FormData(form, button);
  const root = document.documentElement;
  if (button.name === "rail") {
    root.toggleAttribute("data-rail", button.value === "collapsed");
    if (button.value === "collapsed") root.dataset.rail = "collapsed";
    button.value = button.value === "collapsed" ? "open" : "collapsed";
  } else {
    if (button.name === "theme" && button.value === "system") delete root.dataset.theme;
    else root.dataset[button.name] = button.value;
    const all = document.querySelectorAll(`[data-preference] [name="${button.name}"]`);
    all.forEach((other) => (other.ariaPressed = String(other.value === button.value)));
  }
  fetch(form.action, { method: "POST", body: data, keepalive: true, redirect: "manual" });
}, true);

/* ---- keyboard ---- */
let waitingForGo = -Infinity;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog:modal") || document.documentElement.dataset.shortcuts === "off") return;
  const key = event.key.toLowerCase();
  let target = null;
  if (event.timeStamp - waitingForGo < 1500) {
    waitingForGo = -Infinity;
    target = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  } else if (key === "g") waitingForGo = event.timeStamp;
  else if (key === "?") target = document.querySelector("[data-opens=shortcuts]");
  else if (key === "/") {
    const field = document.querySelector("[data-search]");
    if (field) event.preventDefault();
    field?.focus();
    field?.select?.();
  } else if (key.length === 1) target = document.querySelector(`[data-shortcut="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});

function isTyping(element) {
  return element.isContentEditable || (element.matches("input, textarea, select") && !["checkbox", "radio"].includes(element.type));
}

/* ---- the index of a long page ---- */
function followSections(index) {
  const links = new Map([...index.querySelectorAll("a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  const mark = () => {
    const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    const read = sections.findLast((section) => section.getBoundingClientRect().top < innerHeight / 3) ?? sections[0];
    for (const [id, link] of links) {
      if (read && id === read.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();
}

document.querySelectorAll("[data-spy]").forEach(followSections);
