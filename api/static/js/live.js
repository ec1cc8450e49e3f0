// Parts of a page that live: <tbody data-live="/queue/rows" data-every="5"> is asked for again every so many seconds while the
// page is looked at, and only what changed is touched, so that focus, selection and reading place stay. Rows are told apart by id.
// Where the answer has elements with data-part, those are what lives, wherever they stand on the page: each is put in the place of
// the one with its id, or its rows are (data-rows). The answer 204 says that nothing changed; data-seen goes along as X-Seen.

import { lock } from "./lock.js";
import { isWrittenIn, put } from "./putting.js";

/** Keeps the living parts of the page up to date. */
export function live() {
  for (const root of document.querySelectorAll("[data-live]")) begin(root);
  // A form that changes what is shown does not wait for the next round.
  document.addEventListener("htmx:afterRequest", (event) => event.target.closest("[data-refreshes]") && refreshAll());
}

function refreshAll() {
  for (const root of document.querySelectorAll("[data-live]")) refresh(root);
}

function begin(root) {
  const pause = Number(root.dataset.every ?? 5) * 1000;
  const again = async () => {
    if (document.visibilityState === "visible") await refresh(root);
    if (root.isConnected) setTimeout(again, pause);
  };
  setTimeout(again, pause);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh(root));
}

async function refresh(root) {
  let answer;
  try {
    answer = await fetch(root.dataset.live, { headers: { "X-Live": "1", "X-Seen": root.dataset.seen ?? "", "Accept": "text/html" } });
  } catch {
    return; // no connection: the next round may have one
  }
  if (answer.status === 401) lock();
  if (answer.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh) merge(root, fresh);
}

function merge(root, fresh) {
  const parts = [...fresh.querySelectorAll("[data-part]")];
  const done = parts.length ? parts.map(mergePart) : [mergeRows(root, fresh)];
  // What is left because somebody writes in it is asked for again in the next round.
  if (!done.includes("left")) root.dataset.seen = fresh.dataset.seen ?? "";
  if (!done.includes("changed")) return;
  say(fresh.dataset.said ?? "");
  root.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
}

function mergePart(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return "same";
  if ("rows" in fresh.dataset) return mergeRows(old, fresh);
  if (old.dataset.version === fresh.dataset.version) return "same";
  if (isWrittenIn(old)) return "left";
  put(old, document.adoptNode(fresh));
  return "changed";
}

function mergeRows(part, fresh) {
  const known = new Map([...part.children].map((row) => [row.id, row]));
  const wanted = [...fresh.children];
  const ids = new Set(wanted.map((row) => row.id));
  const gone = [...known.values()].filter((row) => !ids.has(row.id));
  const came = wanted.filter((row) => !known.has(row.id));
  const focused = document.activeElement?.closest("[data-row]");
  if (gone.includes(focused)) neighbour(focused, gone)?.querySelector("a, button")?.focus();
  gone.forEach((row) => row.remove());
  let last = null;
  for (const row of wanted) {
    const old = known.get(row.id);
    const kept = old && old.dataset.version === row.dataset.version ? old : document.adoptNode(row);
    if (old && kept !== old) put(old, kept);
    if (last ? last.nextElementSibling !== kept : part.firstElementChild !== kept) move(kept, last, part);
    last = kept;
  }
  return gone.length || came.length ? "changed" : "same";
}

// A row that moves leaves the page for a moment, and the focus would stay behind.
function move(row, last, part) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  if (last) last.after(row);
  else part.prepend(row);
  focused?.focus({ preventScroll: true });
}

function neighbour(row, gone) {
  let next = row.nextElementSibling;
  while (next && gone.includes(next)) next = next.nextElementSibling;
  return next ?? row.previousElementSibling;
}

/** Says something to who does not see the page. */
export function say(text) {
  const place = document.getElementById("said");
  if (place && text) place.textContent = text;
}
