// The check at the curb: asked freshly of the office, never of the phone. Without coverage, or without a fresh answer, the
// outcomes that need it are barred, and say why.

import { NoCoverage, ask, hasCoverage, onCoverage } from "./coverage.js";
import { clock, say } from "./texts.js";

/** Lets the crew check, and bars the outcomes of the form that need a check. */
export function watchCheck(box, form, task) {
  let goodUntil = performance.now() + Number(box.dataset.goodSeconds) * 1000;
  let why = box.dataset.goodSeconds === "0" ? box.dataset.sentence || say("barred-unchecked") : "";
  let over;

  function bar() {
    const old = why === "" && performance.now() >= goodUntil;
    const because = !hasCoverage() ? say("barred-uncovered") : old ? say("barred-old") : why;
    for (const radio of form.querySelectorAll("input[data-checked]")) {
      radio.disabled = because !== "" || radio.dataset.refused !== undefined;
      if (radio.disabled && radio.checked) {
        radio.checked = false;
        radio.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    for (const barred of form.querySelectorAll(".barred")) {
      barred.textContent = because;
      barred.hidden = because === "";
    }
  }

  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = document.getElementById("check-answer");
    said.className = "notice";
    said.textContent = say("checking");
    try {
      const answer = await ask(`/api/tasks/${encodeURIComponent(task)}/check`, {
        method: "POST",
        headers: { "Idempotency-Key": crypto.randomUUID() },
      });
      const found = await answer.json();
      const sentence = found.sentence ?? found.detail;
      why = found.fit ? "" : sentence;
      if (found.fit) {
        goodUntil = performance.now() + found.lasts_minutes * 60_000;
        clearTimeout(over);
        over = setTimeout(bar, found.lasts_minutes * 60_000 + 100);
      }
      said.className = found.fit ? "notice" : "notice bad";
      said.textContent = `${clock(Date.now())}: ${sentence}.`.replace("..", ".");
    } catch (error) {
      if (!(error instanceof NoCoverage)) throw error;
      said.textContent = say("no-answer");
    }
    bar();
  });
  if (why === "") over = setTimeout(bar, Number(box.dataset.goodSeconds) * 1000 + 100);
  onCoverage(bar);
  bar();
}
