// How things stand between phone and office: always visible, and said aloud by a screen reader when it changes.

import { lock } from "../lock.js";
import { hasCoverage } from "./coverage.js";
import { closings } from "./kept.js";
import { clock, count, say } from "./texts.js";

const bar = document.getElementById("sync");

export const person = bar?.dataset.person;

const AS_OF = "crew.as-of"; // how things stood when the phone kept its orders last

let signedOut = false;

/** Remembers how old the orders are that the phone keeps. */
export function ordersAsOf(moment) {
  localStorage.setItem(AS_OF, moment);
}

/** Takes in whether the office still knows who this is: a locked session asks for the password, an ended one is told. */
export async function heardOfSession(answer) {
  const code = answer.status === 401 ? (await answer.clone().json().catch(() => ({}))).code : null;
  signedOut = answer.status === 401 && code !== "session-locked";
  if (code === "session-locked") lock();
}

/** Writes the bar anew. */
export async function showStanding() {
  const all = await closings();
  const mine = all.filter((each) => each.by === person);
  const waiting = mine.filter((each) => each.state === "waiting").length;
  const refused = mine.length - waiting;
  const said = [
    !hasCoverage() && say("uncovered"),
    signedOut && say("signed-out"),
    refused && count("refused", refused),
    waiting && count("kept", waiting),
    mine.length === 0 && hasCoverage() && !signedOut && say("sent"),
    all.length > mine.length && say("others"),
  ].filter(Boolean);
  bar.dataset.state = refused ? "refused" : waiting ? "kept" : hasCoverage() ? "sent" : "uncovered";
  const text = said.join(" ");
  const status = bar.querySelector("[role=status]");
  if (status.textContent !== text) status.textContent = text; // said aloud only when it changes
  const asOf = localStorage.getItem(AS_OF);
  bar.querySelector(".as-of").textContent = asOf ? say("as-of", { time: clock(asOf) }) : "";
  return mine;
}
