// Sends what is kept, in the order in which it was closed. Each closing has its key from the moment it was made: an answer
// that is lost on the way costs nothing, the office knows the key and does the closing once.

import { NoCoverage, ask } from "./coverage.js";
import { closings, forget, keep } from "./kept.js";
import { heardOfSession } from "./standing.js";

const PHOTO_WITHIN = 120_000; // milliseconds
const LATER = [408, 425, 429, 500, 502, 503, 504]; // statuses that say nothing about the closing

/**
 * Sends this person's waiting closings, in one tab at a time. `told` hears of each: "sent", "refused".
 * What cannot be sent now stays, with all that comes after it.
 */
export function sendKept(person, told) {
  return navigator.locks.request("crew-sending", async () => {
    for (const each of await closings()) {
      if (each.by !== person || each.state !== "waiting") continue;
      const became = await send(each);
      if (became === "waits") return;
      told(became, each);
    }
  });
}

async function send(closing) {
  try {
    for (const [number, file] of closing.files.entries()) {
      if (file.id) continue;
      const answer = await upload(closing, file, number);
      if (!answer.ok) return await unsent(closing, answer);
      file.id = (await answer.json()).id;
      await keep(closing);
    }
    const answer = await ask(`/api/crew/orders/${encodeURIComponent(closing.task)}/close`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": closing.key },
      body: JSON.stringify(body(closing)),
    });
    if (!answer.ok) return await unsent(closing, answer);
  } catch (error) {
    if (error instanceof NoCoverage) return "waits";
    throw error;
  }
  await forget(closing.key);
  return "sent";
}

function upload(closing, file, number) {
  const form = new FormData();
  form.append("file", file.blob, file.name);
  form.append("kind", file.kind);
  form.append("task", closing.task);
  return ask("/api/files", {
    method: "POST",
    headers: { "Idempotency-Key": `${closing.key}/${number}` },
    body: form,
    within: PHOTO_WITHIN,
  });
}

/** The closing as the office reads it; the same each time it is sent. */
function body(closing) {
  const of = (beginning) =>
    Object.fromEntries(
      closing.files
        .filter((file) => file.part.startsWith(beginning))
        .map((file) => [file.part.slice(beginning.length), file.id]),
    );
  return {
    outcome: closing.outcome,
    form: { ...closing.form, ...of("field.") },
    form_seen: closing.formSeen,
    second_reads: closing.second,
    photos: of("photo."),
    done_at: closing.doneAt,
  };
}

async function unsent(closing, answer) {
  if (LATER.includes(answer.status)) return "waits";
  if (answer.status === 401) {
    await heardOfSession(answer);
    return "waits";
  }
  const problem = await answer.json().catch(() => ({}));
  closing.state = "refused";
  closing.problem = { title: problem.title ?? String(answer.status), detail: problem.detail ?? "", fields: problem.fields ?? {} };
  await keep(closing);
  return "refused";
}
