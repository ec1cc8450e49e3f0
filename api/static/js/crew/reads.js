// Whether a read is plausible, while the crew still stands at the meter. The office asks the same when it is sent.

import { photosOf } from "./photos.js";
import { say } from "./texts.js";

/** Watches the form's reads: shows the second look where one is doubtful. */
export function watchReads(form) {
  for (const asked of form.querySelectorAll(".asked[data-last]")) {
    asked.addEventListener("input", () => show(asked));
    show(asked);
  }
}

/** Whether a doubtful read still waits for its second look; the sentence is shown with it. */
export function waitsForSecondLook(asked) {
  return asked.dataset.last !== undefined && show(asked);
}

function show(asked) {
  const value = number(asked.querySelector(`[name="field.${asked.dataset.name}"]`).value);
  const why = value === null ? null : doubt(value, asked.dataset);
  const second = asked.querySelector(".second");
  const again = number(second.querySelector("input[type=text]").value);
  const photographed = photosOf(`photo.${asked.dataset.name}`).length > 0;
  const { last, lastOn: on, most } = asked.dataset;
  second.hidden = why === null;
  const differ = why !== null && again !== null && again !== value;
  second.querySelector(".doubt").textContent = why === null ? "" : differ ? say("differ") : say(why, { last, on, most });
  return why !== null && again !== value && !photographed;
}

function doubt(value, { last, most, turn }) {
  if (value < Number(last)) return most !== undefined && value + Number(turn) <= Number(most) ? null : "below";
  return most !== undefined && value > Number(most) ? "above" : null;
}

/** The number in a text, null for none. */
export function number(text) {
  const plain = text.trim().replaceAll(",", "");
  return plain === "" || Number.isNaN(Number(plain)) ? null : Number(plain);
}
