/* Rows of a list: selection (Shift for a range), the bar of actions on what is selected, the keyboard.

   data-rows             around the table and its bulk bar
   [data-row]            a row; its link [data-row-link] opens it, in a table by a click anywhere; [data-select] is its checkbox
   data-select-all       the checkbox in the head
   data-bulk-bar         shown while something is selected; [data-bulk-count] says how many with data-one, data-many;
                         [data-bulk-clear] empties the selection
   data-row-key="r"      a control of a row that the key r presses while the row has the focus; once its row is gone, the one
                         that took its place has the focus
   Keys: j k ↓ ↑ Home End move, Enter opens, x or Space selects, Shift with an arrow extends, Escape empties; letters not
   while <html data-shortcuts="off">. */

const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];
const boxOf = (row) => row.querySelector("[data-select]");

/* ---- selection ---- */
let lastBox = null;

function show(list) {
  const boxes = [...list.querySelectorAll("[data-select]")];
  const chosen = boxes.filter((box) => box.checked);
  for (const box of boxes) {
    const row = box.closest("tr");
    if (box.checked) row.ariaSelected = "true";
    else row.removeAttribute("aria-selected");
  }
  const all = list.querySelector("[data-select-all]");
  if (all) {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  }
  const bar = list.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.hidden = chosen.length === 0;
  const count = bar.querySelector("[data-bulk-count]");
  if (count) count.textContent = `${chosen.length}\u00a0${chosen.length > 1 ? count.dataset.many : count.dataset.one}`;
}

function choose(list, box, checked, { range = false } = {}) {
  const boxes = [...list.querySelectorAll("[data-select]")];
  const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)];
  const chosen = range && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  for (const one of chosen) one.checked = checked;
  lastBox = box;
  show(list);
}

document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-rows]");
  if (!list) return;
  if (event.target.matches("[data-select]")) {
    choose(list, event.target, event.target.checked, { range: event.shiftKey });
  } else if (event.target.matches("[data-select-all]")) {
    list.querySelectorAll("[data-select]").forEach((box) => (box.checked = event.target.checked));
    show(list);
  } else if (event.target.closest("[data-bulk-clear]")) {
    clear(list);
  } else {
    openFromCell(event);
  }
});

function clear(list) {
  list.querySelectorAll("[data-select]").forEach((box) => (box.checked = false));
  show(list);
  list.querySelector("[data-row][tabindex='0']")?.focus();
}

// A click anywhere in the row opens it, unless it met a control or ended a selection of text.
function openFromCell(event) {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, label, [popover]") || String(getSelection())) return;
  const link = row.querySelector("a[data-row-link]");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank");
  else link.click();
}

/* ---- keyboard ---- */
function moveTo(list, row) {
  rowsOf(list).forEach((other) => (other.tabIndex = other === row ? 0 : -1));
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function isTyping(element) {
  return element.isContentEditable || (element.matches("input, textarea, select") && !element.matches("[data-select], [data-select-all]"));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog:modal, :popover-open")) return;
  const list = event.target.closest("[data-rows]") ?? (event.target.matches("body, main") ? document.querySelector("[data-rows]") : null);
  if (!list) return;
  const rows = rowsOf(list);
  if (!rows.length) return;
  const row = event.target.closest("[data-row]");
  const at = rows.indexOf(row);
  const isOnRow = event.target === row;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (/^[a-z]$/.test(key) && document.documentElement.dataset.shortcuts === "off") return;
  const next = { j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
  if (next !== undefined) {
    const goal = rows[Math.max(0, Math.min(next, rows.length - 1))];
    if (event.shiftKey && row && boxOf(row)) {
      choose(list, boxOf(row), true);
      choose(list, boxOf(goal), true);
    }
    moveTo(list, goal);
  } else if (key === "Enter" && isOnRow) row.querySelector("[data-row-link]")?.click();
  else if ((key === "x" || key === " ") && isOnRow && boxOf(row)) choose(list, boxOf(row), !boxOf(row).checked);
  else if (isOnRow && !event.defaultPrevented && keyed(row, key)) keyed(row, key).click();
  else if (key === "Escape" && list.querySelector("[data-select]:checked")) clear(list);
  else return;
  event.preventDefault();
});

const keyed = (row, key) => row.querySelector(`[data-row-key="${CSS.escape(key)}"]`);

/* ---- a row that was dealt with leaves its place to the next one ---- */
let place = null;

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  const row = document.activeElement?.closest("[data-row]:has([data-row-key])");
  place = row && target.contains(row) ? { id: row.id, at: rowsOf(target.closest("[data-rows]") ?? target).indexOf(row) } : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!place || document.getElementById(place.id)) return;
  const list = document.querySelector("[data-rows]");
  const rows = list ? rowsOf(list) : [];
  if (rows.length) moveTo(list, rows[Math.min(place.at, rows.length - 1)]);
  place = null;
});

/* ---- rows that came by themselves are shown for a moment ---- */
let known = null;

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  known = target.matches(".list-live") ? new Set(rowsOf(target).map((row) => row.id)) : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (known) rowsOf(document).forEach((row) => row.classList.toggle("swapped-in", !known.has(row.id)));
  known = null;
});

/* ---- bound to what comes; a selection survives a swap as far as its rows are still there ---- */
let kept = new Set();

document.addEventListener("htmx:beforeSwap", () => {
  kept = new Set([...document.querySelectorAll("[data-select]:checked")].map((box) => box.value));
});

function bind() {
  document.querySelectorAll("[data-rows]").forEach((list) => {
    list.querySelectorAll("[data-select]").forEach((box) => (box.checked ||= kept.has(box.value)));
    const rows = rowsOf(list);
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) {
      rows.forEach((row, position) => (row.tabIndex = position ? -1 : 0));
    }
    show(list);
  });
}

if (window.htmx) window.htmx.onLoad(bind);
else bind();
