// The closings that are kept on this phone. One that the case did not take shows why, beside what was entered, until the crew
// enters it again, hands it to the office, or throws it away.

import { ask } from "./coverage.js";
import { forget, keep } from "./kept.js";
import { thumbnail } from "./photos.js";
import { clock, say } from "./texts.js";

const section = document.getElementById("kept");
const template = document.getElementById("kept-closing");

/** Shows these closings; `changed` hears when one of them is sent again, handed over or thrown away. */
export async function showKept(closings, changed) {
  if (!section) return;
  const items = await Promise.all(closings.map((each) => item(each, changed)));
  section.querySelector("ul").replaceChildren(...items);
  section.hidden = items.length === 0;
}

async function item(closing, changed) {
  const shown = template.content.firstElementChild.cloneNode(true);
  shown.dataset.task = closing.task;
  shown.querySelector(".title").textContent = [closing.title, closing.place].filter(Boolean).join(", ");
  const isRefused = closing.state === "refused";
  shown.classList.toggle("is-refused", isRefused);
  shown.querySelector(".refused").hidden = !isRefused;
  shown.querySelector(".state").textContent = isRefused ? closing.problem.title : say("kept-since", { time: clock(closing.doneAt) });
  if (isRefused) await refused(shown, closing, changed);
  return shown;
}

async function refused(shown, closing, changed) {
  const { detail, fields } = closing.problem;
  shown.querySelector(".error").textContent = detail;
  shown.querySelector(".wrong").append(...Object.entries(fields).map(([name, why]) => line("li", `${titleOf(closing, name)} ${why}.`)));
  const terms = [[say("ended"), closing.outcomeTitle], ...closing.words, ...notes(closing)];
  shown.querySelector("dl").append(...terms.flatMap(([title, value]) => [line("dt", title), line("dd", value)]));
  for (const { blob, kind, part } of closing.files) {
    if (kind === "photo" || part === "signature") shown.querySelector(".thumbnails").append(await thumbnail(blob));
  }
  shown.querySelector(".again").href = `/crew/orders/${encodeURIComponent(closing.task)}#again=${closing.key}`;
  shown.querySelector(".resend").addEventListener("click", async () => {
    // What was refused was not done: it is asked anew, under a new key.
    await forget(closing.key);
    await keep({ ...closing, key: crypto.randomUUID(), state: "waiting", problem: null });
    changed();
  });
  shown.querySelector(".hand").addEventListener("click", async () => {
    if (await handedOver(closing)) {
      await forget(closing.key);
      shown.querySelector(".state").textContent = say("handed");
      shown.querySelector(".refused").hidden = true;
    }
  });
  shown.querySelector(".throw").addEventListener("click", async () => {
    if (!confirm(say("throw-away", { title: closing.title }))) return;
    await forget(closing.key);
    changed();
  });
}

/** Whether what was entered is now a note on the case, with the photographs as files of the order. */
async function handedOver(closing) {
  const base = { time: clock(closing.doneAt), by: closing.by, why: closing.problem.title, outcome: closing.outcomeTitle };
  const words = [...closing.words, ...notes(closing)].map(([title, value]) => `${title}: ${value}`);
  const answer = await ask(`/api/tasks/${encodeURIComponent(closing.task)}/notes`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `${closing.key}/handed` },
    body: JSON.stringify({ text: [say("on-paper", base), ...words].join("\n").slice(0, 4000) }),
  }).catch(() => null);
  return answer?.ok ?? false;
}

const notes = (closing) => closing.files.filter((file) => file.text).map((file) => [say("signed"), file.text]);

const titleOf = (closing, name) => closing.titles?.[name] ?? name;

const line = (kind, text) => Object.assign(document.createElement(kind), { textContent: text });
