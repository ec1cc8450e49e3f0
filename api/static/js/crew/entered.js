// What is entered in an order's form: read from it, put back into it, and what is still missing.

import { allPhotos, photosOf, restore as restorePhotos } from "./photos.js";
import { number, waitsForSecondLook } from "./reads.js";
import { say } from "./texts.js";

/** The part of a closing that the form says; labels and values in words are there for who reads it in a conflict. */
export async function entered(form, signature) {
  const outcome = form.querySelector("input[name=outcome]:checked");
  const values = {};
  const words = [];
  const second = {};
  for (const asked of shown(form)) {
    const { name, title, kind } = asked.dataset;
    const value = kind === "file" ? undefined : valueOf(asked);
    if (value !== undefined) {
      values[name] = value;
      words.push([title, inWords(asked, value)]);
    }
    const again = asked.querySelector(".second:not([hidden]) input[type=text]")?.value.trim();
    if (again) second[name] = again;
  }
  const files = allPhotos()
    .filter(({ part }) => part === "more" || isShown(form, part))
    .map((photo) => ({ ...photo, kind: "photo" }));
  const drawing = await signature?.drawing();
  if (drawing) files.push({ part: "signature", kind: "signature", name: "signature.png", blob: drawing });
  const signedBy = form.querySelector("[name=signed-by]").value.trim();
  if (signedBy) {
    const blob = new Blob([signedBy], { type: "text/plain" });
    files.push({ part: "signed-by", kind: "signature", name: "signature.txt", blob, text: signedBy });
  }
  return { outcome: outcome?.value ?? "", outcomeTitle: outcome?.dataset.title ?? "", form: values, words, second, files };
}

/** Puts back what was entered before. */
export async function enter(form, signature, before) {
  const outcome = form.querySelector(`input[name=outcome][value="${CSS.escape(before.outcome)}"]`);
  if (outcome && !outcome.disabled) outcome.checked = true;
  for (const [name, value] of Object.entries(before.form)) put(form.querySelectorAll(`[name="field.${CSS.escape(name)}"]`), value);
  for (const [name, value] of Object.entries(before.second)) put(form.querySelectorAll(`[name="second.${CSS.escape(name)}"]`), value);
  for (const file of before.files) {
    if (file.part === "signature") await signature?.restore(file.blob);
    else if (file.part === "signed-by") form.querySelector("[name=signed-by]").value = file.text;
    else if (form.querySelector(`[name="${CSS.escape(file.part)}"]`)) await restorePhotos(form, [file]);
    unfold(form, file.part);
  }
}

/** Shows that something is there already. */
function unfold(form, part) {
  const place = part === "signature" ? form.querySelector("#signature") : form.querySelector(`[name="${CSS.escape(part)}"]`);
  const folded = place?.closest("details");
  if (folded) folded.open = true;
}

/** Shows, of the fields that only some outcomes ask for, those of the chosen one. */
export function showAsked(form) {
  const outcome = form.querySelector("input[name=outcome]:checked")?.value;
  for (const asked of form.querySelectorAll(".asked")) {
    const only = asked.dataset.for.split(" ").filter(Boolean);
    asked.hidden = only.length > 0 && !only.includes(outcome);
  }
}

/** Says at each field what is missing or doubtful, and answers the first place to go to; null when all is there. */
export function missing(form) {
  const chosen = form.querySelector("input[name=outcome]:checked");
  const places = chosen ? [] : [form.querySelector("input[name=outcome]")];
  document.getElementById("close-trouble").textContent = chosen ? "" : say("choose-outcome");
  for (const asked of form.querySelectorAll(".asked")) {
    const error = asked.querySelector(".missing");
    const why = asked.hidden ? "" : lacks(asked);
    error.textContent = why && `${asked.dataset.title} ${why}.`;
    error.hidden = !why;
    if (why) places.push(asked.querySelector("input, select, textarea"));
    else if (!asked.hidden && waitsForSecondLook(asked)) places.push(asked.querySelector(".second input"));
  }
  return places[0] ?? null;
}

function lacks(asked) {
  const { name, kind } = asked.dataset;
  const there = kind === "file" ? photosOf(`field.${name}`).length > 0 || kept(asked) : valueOf(asked) !== undefined;
  if (!there) return asked.dataset.required !== undefined && kind !== "checkbox" ? say("needed") : "";
  return asked.dataset.number !== undefined && number(valueOf(asked)) === null ? say("not-a-number") : "";
}

const kept = (asked) => asked.querySelector(`[name="kept.${CSS.escape(asked.dataset.name)}"]`) !== null;

const shown = (form) => [...form.querySelectorAll(".asked")].filter((asked) => !asked.hidden);

function isShown(form, part) {
  const asked = form.querySelector(`[name="${CSS.escape(part)}"]`)?.closest(".asked");
  return asked !== null && asked !== undefined && !asked.hidden;
}

/** The value as the office reads it; undefined for an empty field. */
function valueOf(asked) {
  const input = asked.querySelector(`[name="field.${CSS.escape(asked.dataset.name)}"]`);
  if (input.type === "checkbox") return input.checked;
  if (input.multiple) return [...input.selectedOptions].map((option) => option.value);
  const text = input.value.trim();
  if (text === "") return undefined;
  return asked.dataset.many === undefined ? text : text.split("\n").map((line) => line.trim()).filter(Boolean);
}

function inWords(asked, value) {
  const select = asked.querySelector("select");
  if (select) return [...select.selectedOptions].map((option) => option.textContent.trim()).join(", ");
  if (typeof value === "boolean") return value ? "✓" : "–";
  return Array.isArray(value) ? value.join(", ") : value;
}

function put(inputs, value) {
  for (const input of inputs) {
    if (input.type === "checkbox") input.checked = value === true;
    else if (input.multiple) for (const option of input.options) option.selected = value.includes(option.value);
    else input.value = Array.isArray(value) ? value.join("\n") : value;
  }
}
