// The day's list: asked for again whenever there is coverage, kept for where there is none, with what is closed on the phone.

import { BY_ITSELF, NoCoverage, ask, onCoverage } from "./coverage.js";
import { closings } from "./kept.js";
import { warn } from "./gone.js";
import { keepKnown, keepPages, known } from "./pages.js";
import { heardOfSession, ordersAsOf, person } from "./standing.js";

const EVERY = 30_000; // milliseconds between questions while the page is looked at

/** Asks the office for the day, now and again, one question at a time; `told` hears each answer. Answers what asks at once. */
export function followDay(told) {
  let asking = null;
  let again = false;
  async function asked() {
    do {
      again = false;
      await askDay().then(told).catch(ignoreNoCoverage);
    } while (again);
    asking = null;
  }
  function now() {
    again = asking !== null;
    return (asking ??= asked());
  }
  const ifSeen = () => document.visibilityState === "visible" && now();
  setInterval(ifSeen, EVERY);
  addEventListener("online", now);
  document.addEventListener("visibilitychange", ifSeen);
  onCoverage((covered) => covered && now());
  return now;
}

/** What the office says of the day and of the orders that this phone has shown. */
export async function askDay() {
  const query = new URLSearchParams();
  for (const id of new Set([...Object.keys(known()), ...ordersHere()])) query.append("known", id);
  const answer = await ask(`/api/crew/day?${query}`, { headers: BY_ITSELF });
  await heardOfSession(answer);
  if (!answer.ok) return null;
  return answer.json();
}

/** Takes in what the office said: warns of what is gone, shows the list as it is. */
export async function takeIn(day) {
  if (day === null) return;
  const orders = [...day.orders, ...day.later];
  warn(day.gone);
  const list = document.getElementById("orders");
  if (list && signature(orders) !== signature(listed())) await renew(list);
  const seen = orders.map((order) => [order.id, { title: order.title, place: order.place?.line1 ?? "" }]);
  const unread = day.gone.filter((order) => order.id in known() && !(order.why === "done" && order.by === person));
  keepKnown({ ...Object.fromEntries(unread.map((order) => [order.id, known()[order.id]])), ...Object.fromEntries(seen) });
  await markClosed();
}

/** Keeps the day's pages for where there is no coverage. */
export async function keepDay(day) {
  if (day === null) return;
  const pages = [...day.orders, ...day.later].map(({ id, version }) => ({ address: `/crew/orders/${encodeURIComponent(id)}`, version }));
  await keepPages(day.day, pages);
  ordersAsOf(day.at);
}

/** Marks the orders of the list that are closed on this phone. */
export async function markClosed() {
  const closed = new Set((await closings()).filter((each) => each.by === person).map((each) => each.task));
  for (const item of document.querySelectorAll(".order")) item.classList.toggle("closed", closed.has(item.dataset.order));
}

async function renew(list) {
  const answer = await ask("/crew", { headers: BY_ITSELF });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("orders");
  if (fresh) list.replaceChildren(...fresh.childNodes);
}

const listed = () => [...document.querySelectorAll(".order")].map((item) => ({ id: item.dataset.order, version: Number(item.dataset.version) }));

const ordersHere = () => [...document.querySelectorAll("[data-order]")].map((each) => each.dataset.order);

const signature = (orders) => JSON.stringify(orders.map(({ id, version }) => [id, version]).sort());

function ignoreNoCoverage(error) {
  if (!(error instanceof NoCoverage)) throw error;
}
