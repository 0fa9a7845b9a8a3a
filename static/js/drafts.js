/* What is typed into a long form outlives a reload, a wrong click and a crash of the browser, in this tab alone: it may
   hold personal data, which must not stay on a shared computer.

   data-draft="name"     on a form: kept while it is typed in, taken up again when its page is opened, forgotten once it
                         is sent or a control marked data-discards in it is followed; sent again as it was after going
                         back, it is the same form
   data-draft-notice     inside it: says since when, with data-draft-time, and data-draft-clear, which starts anew */

const form = document.querySelector("form[data-draft]");
const WAIT = 300;

const controls = () => [...form.elements].filter((one) => one.name && !["hidden", "file", "password", "submit", "button"].includes(one.type));
const isChoice = (control) => control.type === "checkbox" || control.type === "radio";
const place = () => `draft:${form.dataset.draft}`;

function keep() {
  clearTimeout(waiting);
  waiting = null;
  const values = {};
  for (const control of controls()) {
    if (!isChoice(control)) values[control.name] = control.value;
    else (values[control.name] ??= []).push(...(control.checked ? [control.value] : []));
  }
  sessionStorage.setItem(place(), JSON.stringify({ at: Date.now(), values }));
}

function takeUp() {
  const { at, values } = JSON.parse(sessionStorage.getItem(place()) ?? "{}");
  if (!values || form.querySelector("[aria-invalid=true]")) return; // the server has just sent what was typed
  const changed = controls().filter((control) => control.name in values && put(control, values[control.name]));
  const picked = Object.keys(values).filter((name) => pick(name, values[name]));
  if (!changed.length && !picked.length) return;
  awaited = Object.keys(values).filter((name) => !form.elements[name]);
  form.addEventListener("htmx:afterSettle", () => takeUpLate(values));
  for (const control of changed) control.dispatchEvent(new Event("change", { bubbles: true }));
  const notice = form.querySelector("[data-draft-notice]");
  notice.querySelector("[data-draft-time]").textContent = new Date(at).toLocaleTimeString("fr-FR", { hour: "2-digit", minute: "2-digit" });
  notice.hidden = false;
}

/* What shows once another field says so: asked for when that one was taken up, it takes up its own when it comes. */
let awaited = [];
function takeUpLate(values) {
  const late = controls().filter((control) => awaited.includes(control.name));
  awaited = awaited.filter((name) => !form.elements[name]);
  for (const control of late.filter((control) => put(control, values[control.name]))) {
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/* Whether the control holds something else now. What can no longer be chosen is left. */
function put(control, value) {
  if (isChoice(control)) {
    const wanted = value.includes(control.value);
    if (control.checked === wanted) return false;
    control.checked = wanted;
    return wanted || control.type === "checkbox";
  }
  if (control.value === value) return false;
  if (control.tagName === "SELECT" && ![...control.options].some((option) => option.value === value)) return false;
  control.value = value;
  return true;
}

/* Whoever or whatever was chosen with a picker is drawn by the server: its search is asked with the choice beside it.
   What can no longer be chosen does not come back. */
function pick(name, value) {
  const search = form.elements[`${name}_words`];
  if (!search || !Array.isArray(value) || !value[0] || form.elements[name]?.value === value[0]) return false;
  const choice = Object.assign(document.createElement("input"), { type: "radio", name, value: value[0], checked: true, hidden: true });
  form.querySelector(`#${name}-choices`).append(choice);
  htmx.trigger(search, "typed-early");
  return true;
}

function forget() {
  clearTimeout(waiting);
  waiting = null;
  sessionStorage.removeItem(place());
}

/* Going back shows the form again, with a new key: sent as it was sent before, it has the key of then, so that the server
   leads to what it made. The history of the tab keeps a mark of what was sent, never what was typed. */
const CARRIED = ["key", "csrfmiddlewaretoken"];

function markOf(values) {
  let mark = 0;
  for (const [name, value] of values) {
    if (CARRIED.includes(name) || name.endsWith("_words") || typeof value !== "string") continue;
    for (const letter of `${name}=${value}&`) mark = (Math.imul(mark, 31) + letter.codePointAt(0)) | 0;
  }
  return mark;
}

function keepKey(values) {
  const mark = markOf(values);
  const before = history.state?.sent;
  const isAgain = performance.getEntriesByType("navigation")[0].type === "back_forward" && before?.mark === mark;
  if (isAgain) values.set("key", before.key);
  history.replaceState({ ...history.state, sent: { mark, key: values.get("key") } }, "");
}

let waiting = null;
if (form) {
  form.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.elt === form && detail.verb === "post") keepKey(detail.formData);
  });
  // htmx hears changes from then on: what depends on a field is asked for again.
  document.addEventListener("DOMContentLoaded", () => setTimeout(takeUp));
  for (const event of ["input", "change"]) {
    form.addEventListener(event, () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, WAIT);
    });
  }
  addEventListener("pagehide", () => waiting && keep());
  // Whoever signs out leaves nothing (static/js/forms.js), nor what was typed at the last moment.
  document.addEventListener("submit", ({ target }) => target.matches("[action$='/deconnexion/']") && forget(), true);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // `successful` says nothing of an answer that leads elsewhere.
    if (detail.elt === form && detail.xhr.status && detail.xhr.status < 400) forget();
  });
  form.addEventListener("click", ({ target }) => {
    if (target.closest("[data-discards]")) forget();
    if (!target.closest("[data-draft-clear]")) return;
    forget();
    form.dataset.sending = "1"; // leaving is meant
    form.reset(); // a reload keeps what stands in the fields
    location.reload();
  });
}
