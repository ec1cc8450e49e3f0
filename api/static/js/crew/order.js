// One order: what is entered is kept while it is entered (a phone may drop the page when the camera opens), and closing it
// keeps the closing first and sends it then.

import { watchCheck } from "./curb.js";
import { entered, enter, missing, showAsked } from "./entered.js";
import { closing, draft, forget, forgetDraft, keep, keepDraft } from "./kept.js";
import { takePhotos } from "./photos.js";
import { watchReads } from "./reads.js";
import { signing } from "./signature.js";
import { person } from "./standing.js";

const AGAIN = "#again=";

/** Makes the order's form one that works without coverage. */
export async function openOrder(head, form) {
  const { order: task, title, place, formSeen } = head.dataset;
  const box = document.getElementById("signature");
  const refused = location.hash.startsWith(AGAIN) ? await closing(location.hash.slice(AGAIN.length)) : undefined;
  const before = refused ?? (await draft(task));

  const save = async () => keepDraft({ ...(await entered(form, signature)), task, by: person });
  const signature = signing(box, save);
  takePhotos(form, save);
  if (before?.by === person) await enter(form, signature, before);
  showAsked(form);
  watchReads(form);
  form.noValidate = true;
  form.addEventListener("change", (event) => event.target.name === "outcome" && showAsked(form));
  form.addEventListener("input", save);
  const check = document.getElementById("check");
  if (check) watchCheck(check, form, task);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place_ = missing(form);
    if (place_) {
      place_.focus();
      return;
    }
    const titles = Object.fromEntries([...form.querySelectorAll(".asked")].map(({ dataset }) => [dataset.name, dataset.title]));
    await keep({
      ...(await entered(form, signature)),
      ...{ task, title, place, titles, formSeen, by: person },
      key: crypto.randomUUID(),
      state: "waiting",
      doneAt: new Date().toISOString(),
    });
    if (refused) await forget(refused.key);
    await forgetDraft(task);
    location.assign("/crew");
  });
}

/** Stops work on an order that is gone: nothing can be closed, what is entered stays to be read. */
export function stopOrder(form) {
  for (const button of form.querySelectorAll("button.big")) button.disabled = true;
}
