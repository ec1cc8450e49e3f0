// Keyboard shortcuts. An element says its own in data-key: "n", "g q" (one after the other). Pressing it clicks or focuses it.
// In lists (data-list) j and k go to the next and the previous row (data-row); from a field with data-leads="#found" the down
// arrow goes to the first of the list that belongs to it.

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
let before = "";

/** Listens to keys, unless the person switched shortcuts off. */
export function listen() {
  fillHelp();
  if (document.documentElement.dataset.shortcuts === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (event.key === "ArrowDown" && event.target.dataset?.leads) return intoList(event);
    if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    const keys = before ? `${before} ${event.key}` : event.key;
    before = "";
    if (event.key === "j" || event.key === "k") {
      if (!before && step(event.key === "j" ? 1 : -1)) event.preventDefault();
      return;
    }
    const found = target(keys);
    if (found) {
      event.preventDefault();
      press(found);
    } else if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
      before = event.key;
    }
  });
}

// A key of the row in which the focus is wins over the same key elsewhere.
function target(keys) {
  const name = `[data-key="${CSS.escape(keys)}"]:not(:disabled)`;
  return document.activeElement?.closest("[data-row]")?.querySelector(name)
    ?? [...document.querySelectorAll(name)].find((each) => !each.closest("[data-row]"));
}

function press(element) {
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function intoList(event) {
  const first = document.querySelector(`${event.target.dataset.leads} [data-row] a`);
  if (!first) return;
  event.preventDefault();
  first.focus();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-list] [data-row]")];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = rows[Math.min(Math.max(at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by, 0), rows.length - 1)];
  (next.querySelector("a") ?? next.querySelector("button") ?? next).focus();
  return true;
}

// The overlay lists what this very page offers.
function fillHelp() {
  const list = document.querySelector("#keyboard .keys");
  const seen = new Set();
  for (const each of document.querySelectorAll("[data-key]")) {
    if (seen.has(each.dataset.key)) continue;
    seen.add(each.dataset.key);
    const key = document.createElement("dt");
    key.append(Object.assign(document.createElement("kbd"), { textContent: each.dataset.key }));
    const what = document.createElement("dd");
    what.textContent = each.dataset.keyTitle ?? each.getAttribute("aria-label") ?? each.textContent.trim();
    list.append(key, what);
  }
  if (document.querySelector("[data-list]")) list.append(document.querySelector("#keyboard template").content.cloneNode(true));
}
