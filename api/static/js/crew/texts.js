// The words of the crew's pages: written by the server in the reader's language, filled in here.

const texts = new Map(
  [...(document.getElementById("texts")?.content.querySelectorAll("[data-text]") ?? [])].map((each) => [
    each.dataset.text,
    each.textContent,
  ]),
);

/** The text with its `{name}`s filled in. */
export function say(key, values = {}) {
  return (texts.get(key) ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The text for one thing or for several: `kept-one`, `kept-many`. */
export function count(key, n) {
  return say(`${key}-${n === 1 ? "one" : "many"}`, { n });
}

/** A moment as the phone's owner writes times; today's without the day. */
export function clock(moment) {
  const at = new Date(moment);
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return at.toLocaleString(document.documentElement.lang, { hour: "numeric", minute: "2-digit", ...day });
}
