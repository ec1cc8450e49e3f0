// What is half-filled is kept with the task, so that interrupted work is found again: <form data-keeps="ADDRESS">. It is sent when
// the page is left or hidden, and now and then while one types; never while the form itself is on its way.
import { lock } from "./lock.js";

const PAUSE = 20_000; // milliseconds

/** Keeps the half-filled forms of the page. */
export function keepDrafts() {
  for (const form of document.querySelectorAll("form[data-keeps]")) begin(form);
}

function begin(form) {
  let changed = false;
  let sent = false;
  let keeping = null;
  const keep = () => {
    if (!changed || sent || keeping) return;
    changed = false;
    keeping = send(form).then((kept) => { changed ||= !kept; keeping = null; });
  };
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", async (event) => {
    if (keeping) { // its answer says which version the form has to name
      event.preventDefault();
      await keeping;
      form.requestSubmit(event.submitter);
    } else {
      sent = true;
    }
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  addEventListener("pagehide", keep);
  setInterval(keep, PAUSE);
}

// Whether it needs no second try.
async function send(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  data.set("outcome", "");
  data.set("key", `draft-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  let answer;
  try {
    answer = await fetch(form.dataset.keeps, {
      method: "POST", body: new URLSearchParams(data), keepalive: true, headers: { "HX-Request": "true", "Accept": "text/html" },
    });
  } catch {
    return false; // no connection: the next round may have one
  }
  if (answer.status === 401) lock();
  if (!answer.ok) return answer.status < 500 && answer.status !== 401;
  const kept = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-version]");
  if (!kept) return true;
  form.elements.version.value = kept.dataset.version;
  form.querySelector("[data-kept]")?.replaceChildren(document.adoptNode(kept));
  return true;
}
