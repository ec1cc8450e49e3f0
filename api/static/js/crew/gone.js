// Orders that the phone holds and that are not the crew's any more: recalled, taken, done. They warn until they are read.

import { known, keepKnown } from "./pages.js";
import { person } from "./standing.js";
import { clock, say } from "./texts.js";

const warnings = document.getElementById("gone");
const template = document.getElementById("gone-order");

/** Warns of these orders; `read` hears when one has been read. Those that this person closed do not warn. */
export function warn(gone, read = () => {}) {
  for (const order of gone) {
    if (order.why === "done" && order.by === person) forgetKnown(order.id);
    else if (!warnings.querySelector(`[data-order="${CSS.escape(order.id)}"]`)) show(order, read);
  }
}

function show(order, read) {
  const warning = template.content.firstElementChild.cloneNode(true);
  const { title, place } = known()[order.id] ?? { title: order.title, place: "" };
  warning.dataset.order = order.id;
  warning.querySelector("strong").textContent = [title || order.title, place].filter(Boolean).join(", ") + ".";
  warning.querySelector("span").textContent = say(`gone-${order.why}`, {
    time: order.at ? clock(order.at) : "",
    by: order.by ?? "",
    because: order.because ?? "",
  });
  warning.querySelector("button").addEventListener("click", () => {
    forgetKnown(order.id);
    warning.remove();
    read(order);
  });
  warnings.append(warning);
}

function forgetKnown(id) {
  const { [id]: _, ...rest } = known();
  keepKnown(rest);
}
