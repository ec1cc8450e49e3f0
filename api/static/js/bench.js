// The editor of definitions: line numbers with the findings at them, the text kept and checked at each pause, a click on a
// finding or on a state of the picture goes to its line. Without this script the same form has a button.
import { lock } from "./lock.js";
import { say } from "./live.js";

const PAUSE = 600; // milliseconds after the last key
const WALK = 2500; // after that pause the states are walked through

const form = document.getElementById("draft");
const source = document.getElementById("source");
const gutter = form.querySelector(".gutter");
const unsent = `unsent ${form.dataset.beside}`;
const numbers = gutter.appendChild(document.createElement("div"));

let pause, walk, actual = false, asked = 0, kept = source.value, going = Promise.resolve();

const beside = () => document.getElementById("beside");

/** Draws the line numbers with a mark at each line that has a finding. */
function number() {
  const marks = new Map();
  for (const link of beside().querySelectorAll("[data-line]")) {
    const kind = link.closest("li").className;
    if (marks.get(link.dataset.line) !== "error") marks.set(link.dataset.line, kind);
  }
  const count = source.value.split("\n").length;
  const rows = [];
  for (let line = 1; line <= count; line++) {
    const row = document.createElement("span");
    row.textContent = line;
    row.className = marks.get(String(line)) ?? "";
    rows.push(row);
  }
  numbers.replaceChildren(...rows);
  follow();
}

function follow() {
  numbers.style.transform = `translateY(${-source.scrollTop}px)`;
}

/** Puts the cursor into a line and column, both from 1, and the line into sight. */
function go(line, column = 1) {
  const lines = source.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  source.focus();
  source.setSelectionRange(start + Math.min(column - 1, lines[line - 1]?.length ?? 0), start + (lines[line - 1]?.length ?? 0));
  const height = parseFloat(getComputedStyle(source).lineHeight);
  source.scrollTop = Math.max(0, (line - 5) * height);
  source.scrollIntoView({ block: "nearest" });
}

/** Keeps the text and shows what stands beside it; an answer that a later one has overtaken is left alone. */
function keep(thorough) {
  going = going.then(() => ask(thorough));
}

async function ask(thorough) {
  const turn = ++asked, text = source.value;
  const body = new FormData(form);
  if (thorough) body.set("walk", "yes");
  let answer;
  try {
    answer = await fetch(form.dataset.beside, {
      method: "POST", body, headers: { "X-Seen": beside().dataset.picture ?? "", "Accept": "text/html" },
    });
  } catch {
    return say(form.dataset.lost);
  }
  if (answer.status === 401) return lock();
  if (answer.status !== 200 && answer.status !== 409) return say(form.dataset.lost);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("beside");
  if (answer.status === 200) {
    form.elements.version.value = fresh.dataset.version;
    kept = text;
    sessionStorage.removeItem(unsent);
  }
  if (turn !== asked || source.value !== text) return;
  show(fresh);
  if (answer.status === 200 && !thorough && fresh.dataset.sound === "yes") walk = setTimeout(() => keep(true), WALK);
}

function show(fresh) {
  const old = beside();
  if (fresh.dataset.picture && fresh.dataset.picture === old.dataset.picture) {
    const drawn = [...old.querySelectorAll(".drawn, .drawing")];
    fresh.append(...drawn);
  }
  old.replaceWith(document.adoptNode(fresh));
  size();
  number();
}

/** Shows the picture in the width that there is, or as large as it was drawn. */
function size() {
  beside().querySelector(".drawing")?.classList.toggle("actual", actual);
  beside().querySelector("[data-actual]")?.setAttribute("aria-pressed", String(actual));
}

source.addEventListener("input", () => {
  clearTimeout(pause);
  clearTimeout(walk);
  number();
  pause = setTimeout(() => keep(false), PAUSE);
});
source.addEventListener("scroll", follow);
source.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
  const line = source.value.slice(0, source.selectionStart).split("\n").at(-1);
  const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "  " : "");
  if (!indent) return;
  event.preventDefault();
  document.execCommand("insertText", false, `\n${indent}`); // keeps the browser's own undo
});

form.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (link) {
    event.preventDefault();
    return go(Number(link.dataset.line), Number(link.dataset.column));
  }
  const keeper = event.target.closest("[data-keep]");
  if (keeper) {
    form.elements.version.value = keeper.dataset.keep;
    return keep(false);
  }
  if (event.target.closest("[data-actual]")) {
    actual = !actual;
    return size();
  }
  const state = event.target.closest(".drawing .node");
  const line = state && JSON.parse(beside().dataset.places || "{}")[state.querySelector("title")?.textContent];
  if (line) go(line);
});

// What was typed in the last moment goes along when the page is left. Somebody who is back before it has arrived, or whose
// connection was gone, finds it all the same: the tab remembers it until the server has it.
addEventListener("pagehide", () => {
  if (source.value === kept) return;
  sessionStorage.setItem(unsent, JSON.stringify({ text: source.value, version: form.elements.version.value }));
  fetch(form.dataset.beside, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {});
});
form.addEventListener("submit", () => { kept = source.value; });

function recall() {
  const left = JSON.parse(sessionStorage.getItem(unsent));
  sessionStorage.removeItem(unsent);
  if (!left || left.text === source.value) return;
  source.value = left.text;
  form.elements.version.value = left.version; // so that what somebody else has written since is shown and not written over
  keep(false);
}

recall();
new ResizeObserver(number).observe(source);
number();
