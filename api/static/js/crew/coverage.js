// Whether there is coverage: what the last request to the office has shown, not what the phone believes.

/** No answer came: the request may or may not have arrived. */
export class NoCoverage extends Error {}

/** Headers of a request that the page makes by itself: it does not count as somebody being there. */
export const BY_ITSELF = { "X-Live": "1" };

const ANSWERS_WITHIN = 20_000; // milliseconds; a photograph is given more
const listeners = new Set();
let covered = navigator.onLine;

export function hasCoverage() {
  return covered;
}

/** Calls back whenever coverage comes or goes. */
export function onCoverage(listener) {
  listeners.add(listener);
}

/** Sends a request to the office; NoCoverage when no answer comes. */
export async function ask(address, { within = ANSWERS_WITHIN, ...options } = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, signal: AbortSignal.timeout(within) });
  } catch {
    note(false);
    throw new NoCoverage();
  }
  note(true);
  return answer;
}

function note(now) {
  if (now === covered) return;
  covered = now;
  for (const listener of listeners) listener(now);
}

addEventListener("offline", () => note(false));
