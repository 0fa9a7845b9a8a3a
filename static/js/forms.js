/* What forms do in the browser. Nothing here decides anything: the server reads every form of writing a value by itself.

   data-format="whole|amount|day|month|hour|plate|vin|upper"  on leaving the field, writes the value as the French write it
                                                         (only when it can be read without doubt)
   data-guard            on a form: leaving the page with changes unsaved asks first; Ctrl+S saves
   data-keeps-typed      on what is swapped around one field: an answer asked for before its last letter is dropped
   data-autosubmit       on a form: a change sends it (filters)
   data-narrows="#id"    on a search field: of the lists inside #id, only the items with all its words stay; a
                         [data-narrows-group] without one goes, its <details> open meanwhile, and [data-narrows-none]
                         says that none is left
   data-message          on a link mailto: or sms: inside a form: it opens with the form's subject and text as they are
   data-password-eye     the button that shows a password */

const THIN = "\u202f"; // between thousands
const HYPHEN = "-";

/* ---- exact on output ---- */
const grouped = (digits) => digits.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, THIN);
const pad = (number) => String(number).padStart(2, "0");

function writeWhole(text) {
  const digits = text.replace(/[\s.]/g, "");
  return /^\d+$/.test(digits) ? grouped(digits) : null;
}

function writeAmount(text) {
  const bare = text.replace(/[\s€]/g, "").replace("\u2212", "-");
  const found = /^(-?)(\d+)(?:[.,](\d{1,2}))?$/.exec(bare);
  return found ? `${found[1] && "\u2212"}${grouped(found[2])},${(found[3] ?? "").padEnd(2, "0")}` : null;
}

function writeDay(text) {
  const found = /^(\d{1,2})[\s/.-]?(\d{1,2})[\s/.-]?(\d{4}|\d{2})$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text);
  if (!found) return null;
  const [day, month] = [Number(found[1]), Number(found[2])];
  if (found[3].length === 2) return null; // which century? the server asks
  const year = Number(found[3]);
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? `${pad(day)}/${pad(month)}/${year}` : null;
}

function writeMonth(text) {
  const found = /^(\d{1,2})[\s/.-]?(\d{4})$/.exec(text);
  return found && found[1] >= 1 && found[1] <= 12 ? `${pad(Number(found[1]))}/${found[2]}` : null;
}

function writeHour(text) {
  const found = /^(\d{1,2})(?:\s*[h:.]\s*(\d{2})?)?$/i.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text);
  const [hour, minute] = found ? [Number(found[1]), Number(found[2] ?? 0)] : [];
  return hour < 24 && minute < 60 ? `${pad(hour)}:${pad(minute)}` : null;
}

function writePlate(text) {
  const bare = text.toUpperCase().replace(/[\s\-‑]/g, "");
  const siv = /^([A-Z]{2})(\d{3})([A-Z]{2})$/.exec(bare);
  if (siv) return siv.slice(1).join(HYPHEN);
  const before2009 = /^(\d{1,4})([A-Z]{2,3})(\d{2}|2[AB]|97\d)$/.exec(bare);
  return before2009 ? before2009.slice(1).join(" ") : text.toUpperCase();
}

const WRITERS = {
  whole: writeWhole,
  amount: writeAmount,
  day: writeDay,
  month: writeMonth,
  hour: writeHour,
  plate: writePlate,
  vin: (text) => text.toUpperCase().replace(/\s/g, ""),
  upper: (text) => text.toUpperCase(),
};

document.addEventListener("focusout", ({ target }) => {
  const writer = WRITERS[target.dataset?.format];
  const text = writer && target.value.trim(); // only of fields: the value of a list's item is a number
  if (!text) return;
  const written = writer(text);
  if (written !== null && written !== target.value) target.value = written;
});

/* ---- nothing typed is lost by accident ---- */
const state = (form) => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken").map(([name, value]) => [name, value instanceof File ? value.name : value])).toString();
const firstState = new WeakMap();

function guard(form) {
  if (!firstState.has(form)) firstState.set(form, state(form));
}

const isUnsaved = (form) => form.isConnected && !form.dataset.sending && firstState.has(form) && state(form) !== firstState.get(form);

window.addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-guard]")].some(isUnsaved)) event.preventDefault();
});

document.addEventListener("submit", ({ target }) => firstState.delete(target), true);

// Whoever signs out leaves no draft to the next person at this screen.
document.addEventListener("submit", ({ target }) => target.matches("[action$='/deconnexion/']") && sessionStorage.clear(), true);

// A swap would take an unsaved form away: the first click says so, a second one within four seconds means it. Sending the
// form itself, and a control marked data-discards (Annuler), mean it at once.
let warnedControl = null;

document.addEventListener("htmx:confirm", (event) => {
  const { elt, target } = event.detail;
  const lost = [...document.querySelectorAll("form[data-guard]")].some((form) => isUnsaved(form) && target?.contains(form) && !form.contains(elt));
  if (!lost || elt.closest("[data-discards]") || warnedControl === elt) return;
  event.preventDefault();
  warnedControl = elt;
  setTimeout(() => (warnedControl = null), 4000);
  const detail = { level: "warn", title: "Votre saisie serait perdue", message: "Enregistrez-la, ou cliquez encore une fois pour l’abandonner." };
  document.dispatchEvent(new CustomEvent("toast", { detail }));
});

// The save did not go through: the form is unsaved again, whatever it held when it came.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful && detail.elt.matches?.("form[data-guard]")) firstState.set(detail.elt, "");
});

// A proposal for a field that has been typed in since it was asked for comes too late.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const field = detail.target?.matches?.("[data-keeps-typed]") && detail.target.querySelector("input:not([type=hidden])");
  const asked = field && detail.requestConfig.parameters[field.name];
  if (field && asked !== undefined && asked !== field.value) detail.shouldSwap = false;
});

/* ---- a message that is sent from elsewhere, with what is typed here ---- */
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[data-message]");
  if (!link) return;
  const typed = (name) => encodeURIComponent((link.closest("form").elements[name]?.value ?? "").replace(/\r?\n/g, "\r\n"));
  const subject = link.protocol === "mailto:" ? `subject=${typed("subject")}` : "";
  link.href = `${link.href.split("?")[0]}?${subject}&body=${typed("text")}`;
});

/* ---- Ctrl+S, and Ctrl+Enter from a text area ---- */
document.addEventListener("keydown", (event) => {
  const isSave = (event.ctrlKey || event.metaKey) && (event.key.toLowerCase() === "s" || event.key === "Enter");
  if (!isSave) return;
  const guarded = [...document.querySelectorAll("form[data-guard]")];
  const form = event.target.closest?.("form[data-guard]") ?? (guarded.length === 1 ? guarded[0] : null);
  if (!form) return;
  event.preventDefault();
  event.target.blur?.(); // so that the value is written out before it leaves
  event.target.focus?.();
  form.requestSubmit(form.querySelector("button.primary[type=submit]") ?? undefined);
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-autosubmit]")) target.form.requestSubmit();
});

/* ---- a field that narrows lists ---- */
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

function narrow(field) {
  const lists = document.querySelector(field.dataset.narrows);
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  const items = [...lists.querySelectorAll("li")];
  for (const item of items) item.hidden = !words.every((word) => plain(item.textContent).includes(word));
  for (const group of lists.querySelectorAll("[data-narrows-group]")) group.hidden = !group.querySelector("li:not([hidden])");
  const none = lists.querySelector("[data-narrows-none]");
  if (none) none.hidden = items.some((item) => !item.hidden);
  for (const fold of lists.querySelectorAll("details")) {
    fold.dataset.wasOpen ??= fold.open;
    fold.open = words.length > 0 || fold.dataset.wasOpen === "true";
    if (!words.length) delete fold.dataset.wasOpen;
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset?.narrows) narrow(target);
});

// Enter in such a field, which stands in a form, does not send it; nor in the search of a picker while nothing that it
// found is chosen: the answer would have lost the words and what they found.
const isUnchosen = (field) =>
  field.value && field.matches(".picker [type=search]") && !field.closest(".picker").querySelector("[id$='-choices'] input:checked");
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.target.dataset?.narrows || isUnchosen(event.target))) event.preventDefault();
});

/* ---- passwords ---- */
function showEye(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = button.parentElement.querySelector("input");
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.ariaPressed = String(!isShown);
  });
}

/* ---- bound to what comes ---- */
function bind(root) {
  root.querySelectorAll("[data-password-eye][hidden]").forEach(showEye);
  root.querySelectorAll("form[data-guard]").forEach(guard);
  if (root.matches?.("form[data-guard]")) guard(root);
}

if (window.htmx) window.htmx.onLoad(bind);
else bind(document);
