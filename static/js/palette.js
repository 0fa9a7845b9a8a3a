/* « Rechercher partout »: Ctrl+K, or a link with data-palette, opens it over any page; arrows go through what was found,
   Enter opens the first or the one that has the focus. What is found are links: a middle click or Ctrl+Enter opens a tab.
   Before a word is typed it shows what was opened last: this browser keeps the addresses of its person, no names, and the
   server tells what they are, as far as it is still seen. */

const palette = document.getElementById("palette");
const field = palette?.querySelector("input[type=search]");
const status = document.getElementById("palette-status");
const links = () => [...palette.querySelectorAll("a.finding")];
const isAnswered = () => palette.querySelector(".findings")?.dataset.words === field.value.replace(/[\s\p{C}]+/gu, " ").trim();
// Enter was pressed before the answer came.
let goesAtOnce = false;

function openPalette() {
  if (palette.open || document.querySelector("dialog:modal")) return;
  palette.showModal();
  field.select();
  if (!isAnswered()) window.htmx?.trigger(field, "ask-now");
}

function go() {
  if (!isAnswered()) {
    goesAtOnce = true;
    window.htmx?.trigger(field, "ask-now");
    return;
  }
  goesAtOnce = false;
  links()[0]?.click();
}

function step(by) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  if (at + by < 0) field.focus();
  else all.at((at + by) % all.length)?.focus();
}

const MOST_OPENED = 20;
const place = `opened-${palette?.dataset.user}`;

// A browser may refuse to keep anything (its settings, a full disk): then nothing is offered, and all the rest works.
function kept(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

const opened = () => kept((storage) => JSON.parse(storage.getItem(place))) ?? [];

if (palette) {
  const here = location.pathname;
  const before = opened().filter((address) => address !== here);
  // Only pages of one row have its number in their address.
  if (/\/\d+\//.test(here)) kept((storage) => storage.setItem(place, JSON.stringify([here, ...before].slice(0, MOST_OPENED))));

  field.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!field.value.trim() && before.length) detail.parameters.ouvert = before;
  });

  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[action$='/deconnexion/']")) kept((storage) => storage.removeItem(place));
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    openPalette();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPalette();
  });

  palette.addEventListener("keydown", (event) => {
    const isDown = event.key === "ArrowDown";
    if (isDown || event.key === "ArrowUp") {
      event.preventDefault();
      step(isDown ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      palette.close();
    } else if (event.key === "Enter" && event.target === field) {
      event.preventDefault();
      go();
    } else if (event.target !== field && (event.key === "Backspace" || (event.key.length === 1 && event.key !== " "))) {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) field.focus(); // typing goes on where it began
    }
  });

  field.addEventListener("input", () => (goesAtOnce = false));

  // Closed before the answer: nothing is opened behind it, nor when it is opened again.
  palette.addEventListener("close", () => {
    goesAtOnce = false;
    window.htmx?.trigger(field, "htmx:abort");
  });

  palette.addEventListener("htmx:afterSwap", () => {
    const count = Number(palette.querySelector(".findings")?.dataset.count ?? 0);
    status.textContent = count ? `${count} résultat${count > 1 ? "s" : ""}` : "Aucun résultat";
    if (goesAtOnce && isAnswered()) go();
  });

  // The page may come back from the browser's memory, as it was when it was left.
  addEventListener("pagehide", () => palette.close());

  if (/mac|iphone|ipad/i.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-palette] kbd")) key.textContent = "⌘ K";
  }
}
