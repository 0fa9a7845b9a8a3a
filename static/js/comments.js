/* The comment box of an opportunity.

   data-mentions         on a textarea: after @ and two letters, the colleagues whose name begins so are offered; they are
                         those of the form's list « Demander à ». Arrows and Enter or Tab choose, Escape puts them away.
   data-comment          on its form: Ctrl or ⌘ with Enter sends it */

const SHORTEST = 2;
const MENTION = /(?:^|\s)@([^\s@][^@\n]{0,40})$/;

let menu = null; // the list that is open: { list, field, start }

function names(field) {
  const options = field.form?.querySelectorAll("[name=asked_of] option") ?? [];
  return [...options].filter((option) => option.value).map((option) => option.textContent.trim());
}

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function close() {
  menu?.list.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) menu?.field.removeAttribute(name);
  menu = null;
}

function offer(field) {
  close();
  const typed = MENTION.exec(field.value.slice(0, field.selectionStart))?.[1] ?? "";
  if (typed.trim().length < SHORTEST) return;
  const words = fold(typed);
  // Either name may be typed first.
  const found = names(field).filter((name) => fold(name).startsWith(words) || fold(name).split(" ").some((part) => part.startsWith(words)));
  if (!found.length || found.some((name) => fold(name) === words)) return;
  const list = document.createElement("div");
  list.id = `${field.id}-mentions`;
  list.className = "mentions";
  list.role = "listbox";
  list.ariaLabel = "Collègues";
  for (const name of found.slice(0, 6)) {
    const option = document.createElement("button");
    option.type = "button";
    option.role = "option";
    option.tabIndex = -1;
    option.id = `${list.id}-${list.childElementCount}`;
    option.textContent = name;
    list.append(option);
  }
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  menu = { list, field, start: field.selectionStart - typed.length };
  mark(0);
}

function mark(position) {
  [...menu.list.children].forEach((option, at) => (option.ariaSelected = String(at === position)));
  menu.position = position;
  menu.field.setAttribute("aria-activedescendant", menu.list.children[position].id);
}

function choose(name) {
  const { field, start } = menu;
  field.setRangeText(`${name} `, start, field.selectionStart, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  field.focus();
}

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-mentions]")) offer(target);
});

// The list comes once somebody begins to write: who typed a name sooner is offered it then.
document.addEventListener("htmx:afterSettle", () => {
  const field = document.activeElement;
  if (!menu && field?.matches("[data-mentions]")) offer(field);
});

document.addEventListener("click", ({ target }) => {
  const option = menu && target.closest("[role=option]");
  if (option && menu.list.contains(option)) choose(option.textContent);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (menu && event.target === menu.field) {
    const last = menu.list.children.length - 1;
    if (event.key === "ArrowDown") mark(menu.position === last ? 0 : menu.position + 1);
    else if (event.key === "ArrowUp") mark(menu.position ? menu.position - 1 : last);
    else if (event.key === "Enter" || event.key === "Tab") choose(menu.list.children[menu.position].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.matches("[data-comment]")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
