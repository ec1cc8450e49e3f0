// Parts of a page that live: <tbody data-live="/queue/rows" data-every="5"> is asked for again every so many seconds while the
// page is looked at, and only what changed is touched, so that focus, selection and reading place stay. Rows are told apart by id.
// The answer 204 says that nothing changed; data-seen goes along as the header X-Seen.

import { lock } from "./lock.js";

/** Keeps the living parts of the page up to date. */
export function live() {
  for (const part of document.querySelectorAll("[data-live]")) begin(part);
  // A form that changes what is shown does not wait for the next round.
  document.addEventListener("htmx:afterRequest", (event) => event.target.closest("[data-refreshes]") && refreshAll());
}

function refreshAll() {
  for (const part of document.querySelectorAll("[data-live]")) refresh(part);
}

function begin(part) {
  const pause = Number(part.dataset.every ?? 5) * 1000;
  const again = async () => {
    if (document.visibilityState === "visible") await refresh(part);
    if (part.isConnected) setTimeout(again, pause);
  };
  setTimeout(again, pause);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh(part));
}

async function refresh(part) {
  let answer;
  try {
    answer = await fetch(part.dataset.live, { headers: { "X-Live": "1", "X-Seen": part.dataset.seen ?? "", "Accept": "text/html" } });
  } catch {
    return; // no connection: the next round may have one
  }
  if (answer.status === 401) lock();
  if (answer.status !== 200) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (fresh) merge(part, fresh);
}

function merge(part, fresh) {
  part.dataset.seen = fresh.dataset.seen ?? "";
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
    if (old && kept !== old) replace(old, kept);
    if (last ? last.nextElementSibling !== kept : part.firstElementChild !== kept) last ? last.after(kept) : part.prepend(kept);
    last = kept;
  }
  if (gone.length || came.length) {
    say(fresh.dataset.said ?? "");
    part.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  }
}

// What was chosen stays chosen, and the focus stays in the row.
function replace(old, fresh) {
  const chosen = old.querySelector("input[type=checkbox]:checked");
  const same = chosen && fresh.querySelector("input[type=checkbox]");
  if (same) same.checked = true;
  const focused = old.contains(document.activeElement);
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("a, button")?.focus();
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
