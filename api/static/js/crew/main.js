// The crew's pages with script: works without coverage, warns of what is gone, always says how things stand.

import { hasCoverage, onCoverage } from "./coverage.js";
import { showKept } from "./conflicts.js";
import { askDay, followDay, keepDay, markClosed, takeIn } from "./day.js";
import { forgetDraftsOfOthers } from "./kept.js";
import { openOrder, stopOrder } from "./order.js";
import { startWorker } from "./pages.js";
import { sendKept } from "./sending.js";
import { person, showStanding } from "./standing.js";
import { say } from "./texts.js";

const head = document.getElementById("order");
const form = document.getElementById("close");

/** Shows what is kept, and how things stand. */
async function show() {
  for (const each of document.querySelectorAll(".online")) each.hidden = !hasCoverage();
  await showKept(await showStanding(), changed);
  await markClosed();
}

async function changed() {
  await show();
  await askNow();
}

/** Sends what is kept, then shows what has become of it; whether the office took any of it. */
async function send() {
  await show();
  let taken = false;
  await sendKept(person, (became, { title, outcomeTitle }) => {
    if (became !== "sent") return;
    taken = true;
    document.getElementById("said").textContent = say("was-sent", { title, outcome: outcomeTitle });
  });
  await show();
  return taken;
}

/** Takes in what the office says of the day, and sends what is kept; what was taken changes the day. */
async function told(day) {
  await takeIn(day);
  if (form && day?.gone.some((order) => order.id === head.dataset.order)) stopOrder(form);
  if (await send()) day = await renewed();
  await keepDay(day);
  await showStanding();
}

async function renewed() {
  const day = await askDay();
  await takeIn(day);
  return day;
}

/** Asks before somebody signs out while this phone has what the office has not. */
document.querySelector("form.who")?.addEventListener("submit", (event) => {
  const { state } = document.getElementById("sync").dataset;
  if ((state === "kept" || state === "refused") && !confirm(say("leaving"))) event.preventDefault();
});

// Without coverage no password could be checked, and the phone shows nothing but what it keeps anyway: its own lock is the lock.
const locked = document.getElementById("locked");
addEventListener("locking", (event) => hasCoverage() || event.preventDefault());
onCoverage((covered) => covered || locked?.close());
locked?.addEventListener("close", () => hasCoverage() && askNow());

onCoverage(show);
await forgetDraftsOfOthers(person);
if (form) await openOrder(head, form);
await show();
await startWorker().catch(() => {}); // a browser without workers works online
const askNow = followDay(told);
askNow();
