// Puts something fresh in the place of what stands on the page, without disturbing who reads or writes there.

const FIELDS = "input:not([type=hidden]), textarea, select";
const REACHED = "a, button, summary, input, select, textarea";

/** Whether somebody is writing here: the focus is in a field, or a field holds what was not sent yet. */
export function isWrittenIn(element) {
  return [...element.querySelectorAll(FIELDS)].some((field) => field === document.activeElement || isTouched(field));
}

function isTouched(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((each) => each.defaultSelected) ? [...field.options].some((each) => each.selected !== each.defaultSelected) : field.selectedIndex > 0;
  return field.value !== field.defaultValue;
}

/** Replaces the old by the fresh: what was chosen stays chosen, what was unfolded stays so, and the focus stays where it was. */
export function put(old, fresh) {
  const chosen = old.querySelector("input[type=checkbox]:checked");
  const box = chosen && fresh.querySelector("input[type=checkbox]");
  if (box) box.checked = true;
  for (const each of old.querySelectorAll("details[open]")) {
    const same = counterpart(each.querySelector("summary"), old, fresh, "summary");
    if (same) same.parentElement.open = true;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const reached = focused && (counterpart(focused, old, fresh, REACHED) ?? fresh.querySelector("a, button"));
  old.replaceWith(fresh);
  reached?.focus({ preventScroll: true });
}

// The element that says the same in the fresh part, counted from the end: what is new comes first in most lists.
function counterpart(element, old, fresh, which) {
  const alike = (where) => [...where.querySelectorAll(which)].filter((each) => each.textContent === element.textContent);
  return alike(fresh).at(alike(old).indexOf(element) - alike(old).length);
}
