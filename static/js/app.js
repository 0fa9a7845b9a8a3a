/* What every htmx request of the application has in common: the token, one sending at a time, busy buttons, errors said
   where one looks with the input kept, and the focus after a swap. Configuration: templates/shell/_head.html.

   data-busy="Envoi…"   what a button says while its request runs (default « Envoi… » for submit buttons with text)
   data-answer          with aria-disabled="true": pressed no sooner than a moment after it was shown
   data-resend          on a form: it may be sent again without leaving the page (downloads)
   data-then-focus="id" what has the focus once its answer is there: the first of the rows that were added */

// What is being typed is never overwritten by an answer that was asked before the last letter. Only while typing: with it
// the focused element is left alone with all that is in it, and a pressed button or link must get its new words. Nor is
// what was sent from the keyboard being typed any more: left in its field, it would be sent once more.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const field = document.activeElement;
  const isField = field?.matches("input:not([type=checkbox], [type=radio]), textarea");
  window.Idiomorph.defaults.ignoreActiveValue = Boolean(isField) && !wasSent(field, detail.requestConfig);
});

// A form says the ends of lines as the web sends them.
const asSent = (text) => String(text).replace(/\r\n?/g, "\n");

function wasSent(field, { elt, triggeringEvent, formData } = {}) {
  const isItsForm = triggeringEvent?.type === "submit" && field.form === elt;
  return isItsForm && field.name !== "" && asSent(formData.get(field.name)) === asSent(field.value);
}


const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const toast = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));

/* ---- the token, and the entity that this page shows: another tab may have switched since ---- */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = meta("csrf-token");
  if (meta("scope")) detail.headers["X-Shown-Scope"] = meta("scope");
});

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method === "post" && meta("scope")) formData.set("shown_scope", meta("scope"));
});

/* ---- busy, and never twice ---- */
function setBusy(button) {
  if (!button || button.ariaBusy === "true") return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.ariaBusy = "true";
  const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const words = button.dataset.busy ?? (button.type === "submit" ? "Envoi…" : "");
  if (label && words) {
    button.dataset.label = label.data;
    label.data = words;
  }
}

function setReady(button) {
  if (!button || button.ariaBusy !== "true") return;
  button.removeAttribute("aria-busy");
  button.style.minWidth = "";
  if (button.dataset.label !== undefined) {
    const label = [...button.childNodes].findLast((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (label) label.data = button.dataset.label;
    delete button.dataset.label;
  }
}

const running = new WeakMap(); // element that asks -> button that was pressed

function pressedButton(source, event) {
  const button = event?.submitter ?? (source.matches?.("button, a.button") ? source : null);
  return button ?? (source.tagName === "FORM" ? source.querySelector("button[type=submit], button:not([type])") : null);
}

// Before htmx queues a second request behind the first: what is being written is not written twice. What says itself that
// it queues (a draft, kept at each field) is no second press: it sends what has changed since.
const queues = (element) => element.getAttribute("hx-sync")?.includes(":queue");

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb } = event.detail;
  if (verb !== "get" && running.has(elt) && !queues(elt)) event.preventDefault();
});

// An answer leads to another page: what this one would still save (a draft, behind its delay) is part of it already.
let isLeaving = false;

document.addEventListener("htmx:beforeOnLoad", ({ detail: { xhr } }) => {
  isLeaving ||= xhr.getResponseHeader("HX-Redirect") !== null;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isLeaving) {
    event.preventDefault();
    return;
  }
  const source = event.detail.elt;
  const isTyping = source.matches("input, select, textarea");
  const button = isTyping ? null : pressedButton(source, event.detail.requestConfig.triggeringEvent);
  running.set(source, button);
  setBusy(button);
});

// Ready before the swap: a morph leaves what is inside the focused element, and would leave « Envoi… » in it. What is
// still being sent by another form (two lines ticked one after the other) is left too: its own answer draws it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const answered = detail.requestConfig?.elt;
  setReady(running.get(answered));
  window.Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => node === answered || !running.has(node);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  setReady(running.get(detail.elt));
  running.delete(detail.elt);
});

/* ---- what does not come at once is seen to be on its way: .waits, on the page and on the list whose rows will change ----
   Said by a class, and late: `:has(.htmx-request)` styled every cell of a list twice for each answer, and a fade that only
   waited for its delay had the whole list painted once more. Rows that others change (.list-live) come without it. */
const AT_ONCE = 150; // ms
let soon;

function showWaiting() {
  const asking = [...document.querySelectorAll(".htmx-request")];
  const waiting = new Set(asking.filter((one) => !one.matches(".list-live")).map((one) => one.closest(".list-body")));
  document.querySelectorAll(".list-body").forEach((list) => list.classList.toggle("waits", waiting.has(list)));
  document.body.classList.toggle("waits", asking.length > 0);
  clearTimeout(soon);
  soon = asking.length ? setTimeout(showWaiting, AT_ONCE) : undefined; // one that was taken off the page says nothing when it ends
}

document.addEventListener("htmx:beforeRequest", () => (soon ??= setTimeout(showWaiting, AT_ONCE)));
document.addEventListener("htmx:afterRequest", () => {
  if (document.body.matches(".waits") || !document.querySelector(".htmx-request")) showWaiting();
});

// A question stands where the button that led to it was: the end of a double click, or a key held down, is no answer.
// [data-answer] comes with aria-disabled, and may be pressed a moment after it was shown.
const MOMENT = 600; // ms: longer than any double click

function readyInAMoment() {
  for (const button of document.querySelectorAll("[data-answer][aria-disabled=true]:not([data-waits])")) {
    button.dataset.waits = "";
    setTimeout(() => {
      button.removeAttribute("aria-disabled");
      delete button.dataset.waits;
    }, MOMENT);
  }
}

document.addEventListener("htmx:afterSettle", readyInAMoment);
readyInAMoment();

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest("[data-answer][aria-disabled=true]") && !(event.detail > 1 && event.target.closest("[data-answer]"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// Plain forms: the second click of a double click does nothing; a page that comes back from the history is ready again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post], [hx-get], [hx-put], [hx-delete]")) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  if ("resend" in form.dataset || form.method === "get") return;
  form.dataset.sending = "true";
  setBusy(event.submitter ?? pressedButton(form));
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  isLeaving = false;
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
  document.querySelectorAll("[aria-busy=true]").forEach(setReady);
});

/* ---- errors ---- */
const KEPT = "Votre saisie est conservée.";
const UNCHANGED = "Ce qui est affiché n’a pas changé.";
const SENTENCES = {
  400: ["Demande incomprise", `Rien n’a été enregistré. ${KEPT}`],
  403: ["Accès refusé", `Il vous manque un droit pour cette action. ${KEPT}`],
  404: ["Introuvable", "Cette fiche n’existe plus, ou elle n’est pas dans votre périmètre."],
  409: ["Action impossible", `Rien n’a été enregistré. ${KEPT}`],
  413: ["Fichier trop lourd", "Rien n’a été envoyé. Réduisez-le ou choisissez-en un autre."],
  429: ["Trop d’essais en peu de temps", `Attendez quelques minutes, puis recommencez. ${KEPT}`],
};
const isReading = ({ requestConfig }) => requestConfig.verb === "get";

// What was pressed, pressed again: the sentence says that it failed, the button beside it asks once more.
function retry({ elt, requestConfig: { triggeringEvent } }) {
  return () => {
    if (!elt.isConnected) return;
    const submitter = triggeringEvent?.submitter;
    if (elt.tagName === "FORM") elt.requestSubmit(submitter?.isConnected ? submitter : undefined);
    else if (elt.matches("a, button")) elt.click();
    else window.htmx.trigger(elt, triggeringEvent?.type ?? "change");
  };
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { xhr } = detail;
  if (xhr.getResponseHeader("HX-Trigger")?.includes("toast")) return; // the server has said it itself
  if (xhr.status >= 500) {
    const message = isReading(detail) ? UNCHANGED : `Rien n’a été enregistré. ${KEPT}`;
    toast({ level: "bad", title: "Une erreur s’est produite chez nous", message, stay: true, retry: retry(detail) });
    return;
  }
  let [title, message] = SENTENCES[xhr.status] ?? SENTENCES[400];
  if (xhr.status === 404 && !isReading(detail)) {
    // What the open form is about is gone: nobody asked for a page.
    message += ` Rien n’a été enregistré. ${KEPT}`;
  } else if (xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    // The error page of the same answer says it better: which right, which rule.
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    title = page.querySelector("[data-error-title]")?.textContent.trim() || title;
    message = page.querySelector("[data-error-text]")?.textContent.trim() || message;
  }
  toast({ level: xhr.status === 409 || xhr.status === 429 ? "warn" : "bad", title, message, stay: true });
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  const title = navigator.onLine ? "Le serveur ne répond pas" : "Vous êtes hors ligne";
  const message = `${isReading(detail) ? UNCHANGED : KEPT} Réessayez quand le réseau revient.`;
  toast({ level: "warn", title, message, stay: true, retry: retry(detail) });
});

document.addEventListener("htmx:timeout", ({ detail }) => {
  const message = isReading(detail) ? UNCHANGED : KEPT;
  toast({ level: "warn", title: "Pas de réponse après 30\u00a0s", message, stay: true, retry: retry(detail) });
});

// The session ended: htmx was led to the sign-in page, which must not land inside this one.
let wasSignedOut = false;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  const signIn = meta("sign-in-url");
  if (!signIn || !xhr.responseURL || new URL(xhr.responseURL).pathname !== signIn || location.pathname === signIn) return;
  event.preventDefault();
  wasSignedOut = true;
  toast({
    level: "warn",
    title: "Votre session a pris fin",
    message: `Reconnectez-vous dans un nouvel onglet, puis recommencez ici. ${isReading(event.detail) ? UNCHANGED : KEPT}`,
    url: signIn,
    label: "Se connecter",
    opensTab: true,
    stay: true,
  });
});

// Signing in made the token of this page void: it takes the new one before it sends anything. On the window, after those
// on the document that may say no.
window.addEventListener("htmx:confirm", (event) => {
  if (!wasSignedOut || event.defaultPrevented) return;
  event.preventDefault();
  const send = () => event.detail.issueRequest(true);
  takeNewToken().then(send, send);
});

async function takeNewToken() {
  const response = await fetch(meta("sign-in-url")); // who is signed in is led on to a page; both have a token
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const token = page.querySelector("meta[name=csrf-token]")?.content;
  if (!token) return;
  document.querySelector("meta[name=csrf-token]").content = token;
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token));
  wasSignedOut = false;
}

/* ---- focus ---- */
let focusBefore = null;
let focusNext = "";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  focusNext = detail.requestConfig?.elt.dataset?.thenFocus ?? "";
  const active = document.activeElement;
  focusBefore = active && active !== document.body ? { id: active.id, name: active.name } : null;
});

document.addEventListener("htmx:afterSettle", ({ detail: { target, requestConfig } }) => {
  if (!(target instanceof Element) || !target.isConnected) return;
  // Only what one sent takes one to its error: a proposal that arrives while one types elsewhere does not.
  const invalid = requestConfig?.verb !== "get" && target.querySelector("[aria-invalid=true]");
  if (invalid) {
    invalid.focus();
    return;
  }
  const next = focusNext && document.getElementById(focusNext);
  focusNext = "";
  if (next) {
    next.focus();
    return;
  }
  if (document.activeElement !== document.body || !focusBefore) return; // nothing was lost
  const { id, name } = focusBefore;
  const again =
    target.querySelector("[autofocus]") ??
    (id && document.getElementById(id)) ??
    (name && target.querySelector(`[name="${CSS.escape(name)}"]`));
  if (again) again.focus({ preventScroll: true });
  else {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
});

// A page that came back whole with errors (no htmx, or before it was ready).
if (!document.querySelector("[autofocus]")) document.querySelector("main [aria-invalid=true]")?.focus();
