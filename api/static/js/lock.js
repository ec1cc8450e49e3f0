// A page that is left alone is covered and asks for the password; what is typed in it stays. The server alone locks the session: a
// page that nobody used for long asks it (somebody may be busy in another tab, or there is no coverage), and somebody who types for
// long without sending is counted as being there.

const dialog = document.getElementById("locked");
const NOTED = 120_000; // milliseconds between two notes to the server that somebody is there
const ASKED = 30_000; // milliseconds between two questions whether the session is locked
let last = Date.now();
let noted = Date.now();

/** Covers the page until the password is given; a page that works without the office may object to the event "locking". */
export function lock() {
  if (!dialog || dialog.open || !dispatchEvent(new Event("locking", { cancelable: true }))) return;
  dialog.showModal();
}

/** Watches whether anybody is there. */
export function watch() {
  if (!dialog) return;
  const idle = Number(dialog.dataset.idle) * 1000;
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, there, { passive: true });
  if (idle) setInterval(() => Date.now() - last > idle && ask({ "X-Live": "1" }), ASKED);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && dialog.open && reopen());
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("form").addEventListener("submit", unlock);
}

function there() {
  if (dialog.open) return;
  last = Date.now();
  if (last - noted < NOTED) return;
  noted = last;
  ask({});
}

// Without coverage nothing is covered: what is on the page can still be worked on.
async function ask(headers) {
  if (dialog.open) return;
  try {
    const answer = await fetch(dialog.dataset.awake, { method: "POST", headers: { "HX-Request": "true", "Accept": "text/html", ...headers } });
    if (answer.status === 401) lock();
  } catch {
    // the next round may have coverage
  }
}

// Somebody comes back from the identity provider, or from another page on which the password was given.
async function reopen() {
  const answer = await fetch(dialog.dataset.awake, { method: "POST", headers: { "HX-Request": "true", "X-Live": "1", "Accept": "text/html" } }).catch(() => null);
  if (answer?.status === 204) uncover();
}

function uncover() {
  last = noted = Date.now();
  dialog.close();
}

async function unlock(event) {
  event.preventDefault();
  const form = event.target;
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "HX-Request": "true", "Accept": "text/html" } });
  } catch {
    return; // no connection: the button can be pressed again
  }
  form.querySelector(".error").hidden = answer.status === 204;
  if (answer.redirected) location.reload(); // the session has ended altogether: sign in, and come back
  if (answer.status !== 204) return;
  form.reset();
  uncover();
}
