// The pages that this phone keeps for where there is no coverage: today's list and its orders, until somebody signs out.

import { BY_ITSELF } from "./coverage.js";

export const PAGES = "crew-pages";
export const ASSETS = "crew-assets";
const MARKS = "crew.pages"; // of each kept page: of what day and version it is
const KNOWN = "crew.known"; // the orders of the list that was seen last

/** Starts the worker that answers without coverage, for this page too: it claims none that was on its way when it began. */
export async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/crew/worker.js", { scope: "/crew" });
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) active.postMessage("claim");
}

/** Keeps the list of a day, each order's page, and the scripts and styles of these pages; what is kept already is left. */
export async function keepPages(day, orders) {
  const assets = await keepAssets();
  const cache = await caches.open(PAGES);
  const marks = JSON.parse(localStorage.getItem(MARKS) ?? "{}");
  const { lang, dataset } = document.documentElement;
  const around = [day, lang, dataset.theme, document.querySelector("link[rel=stylesheet]").href].join(" ");
  const list = orders.map(({ address, version }) => `${address} ${version}`).join(" ");
  const wanted = new Map([["/crew", list], ...orders.map(({ address, version }) => [address, String(version)])]);
  const kept = {};
  for (const [address, version] of wanted) {
    const mark = `${version} ${around}`;
    const there = marks[address] === mark && (await cache.match(address));
    if (there || (await put(cache, address))) kept[address] = mark;
  }
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  localStorage.setItem(MARKS, JSON.stringify(kept));
  if (wanted.size === Object.keys(kept).length) await dropOld(assets);
}

/** Takes everything of the person off the phone but what the office does not have yet. */
export async function clearPages() {
  for (const item of Object.keys(localStorage)) if (item.startsWith("crew.")) localStorage.removeItem(item);
  await caches.delete(PAGES);
}

/** The orders that this phone has shown: id → title and place; so that it can say which of them are gone. */
export function known() {
  return JSON.parse(localStorage.getItem(KNOWN) ?? "{}");
}

export function keepKnown(orders) {
  localStorage.setItem(KNOWN, JSON.stringify(orders));
}

async function put(cache, address) {
  const answer = await fetch(address, { headers: { ...BY_ITSELF, Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  await cache.put(address, answer);
  return true;
}

/** Keeps the scripts and styles that this page has used; answers their version, a part of their address. */
async function keepAssets() {
  const used = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const wanted = [...new Set(used.filter((url) => url.pathname.startsWith("/static/")).map((url) => url.href))];
  const cache = await caches.open(ASSETS);
  for (const address of wanted) if (!(await cache.match(address))) await cache.add(address).catch(() => {});
  return versionOf(document.querySelector("link[rel=stylesheet]").href);
}

/** Drops assets of earlier versions, once no kept page needs them. */
async function dropOld(version) {
  const cache = await caches.open(ASSETS);
  for (const request of await cache.keys()) if (versionOf(request.url) !== version) await cache.delete(request);
}

const versionOf = (address) => new URL(address).pathname.split("/")[2];
