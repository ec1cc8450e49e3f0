// A page that is left alone is covered and asks for the password; what is typed in it stays. The server locks the session on its
// own; here it is only shown in time, and somebody who types for long without sending is counted as being there.

const dialog = document.getElementById("locked");
const NOTED = 120_000; // milliseconds between two notes to the server that somebody is there
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
  if (idle) setInterval(() => Date.now() - last > idle && lock(), 10_000);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("form").addEventListener("submit", unlock);
}

function there() {
  if (dialog.open) return;
  last = Date.now();
  if (last - noted < NOTED) return;
  noted = last;
  fetch(dialog.dataset.awake, { method: "POST", headers: { "HX-Request": "true" } }).then((answer) => answer.status === 401 && lock(), () => {});
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
  last = noted = Date.now();
  dialog.close();
}
