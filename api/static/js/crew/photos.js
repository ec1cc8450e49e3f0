// Photographs: made small on the phone before they are kept, shown as thumbnails. The file input itself is emptied.

import { say } from "./texts.js";

const LONGEST = 1600; // pixels: a register can be read on it, and it sends in seconds
const THUMBNAIL = 160;
const QUALITY = 0.8;

const taken = new Map(); // name of the input → photographs

/** The photographs of an input: `{blob, name}`. */
export function photosOf(name) {
  return taken.get(name) ?? [];
}

/** Every photograph that was taken, with the name of its input. */
export function allPhotos() {
  return [...taken].flatMap(([part, photos]) => photos.map((photo) => ({ part, ...photo })));
}

/** Puts photographs back that were kept. */
export async function restore(form, files) {
  for (const { part, blob, name } of files) await add(form, part, blob, name);
}

/** Takes the pictures from the form's file inputs as they are chosen; `changed` hears of it. */
export function takePhotos(form, changed) {
  form.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.files.length) return;
    const chosen = [...input.files];
    const one = !input.multiple;
    input.value = "";
    if (one) clear(form, input.name);
    for (const file of chosen) {
      try {
        await add(form, input.name, await scaled(file), `${input.name}.jpg`);
      } catch {
        thumbnails(form, input.name).append(say("photo-failed"));
      }
    }
    changed();
  });
}

/** The picture as JPEG, upright, no side longer than `LONGEST`; what the camera wrote beside it (place, time) is gone. */
async function scaled(file) {
  const picture = await createImageBitmap(file);
  const canvas = drawn(picture, LONGEST);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

function drawn(picture, longest) {
  const by = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * by));
  canvas.height = Math.max(1, Math.round(picture.height * by));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function add(form, name, blob, fileName) {
  taken.set(name, [...photosOf(name), { blob, name: fileName }]);
  thumbnails(form, name).append(await thumbnail(blob));
}

/** A small picture; drawn, so that no address is needed that the pages' policy would have to allow. */
export async function thumbnail(blob) {
  const picture = await createImageBitmap(blob);
  const canvas = drawn(picture, THUMBNAIL);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("photo"));
  return canvas;
}

function clear(form, name) {
  taken.delete(name);
  thumbnails(form, name).replaceChildren();
}

function thumbnails(form, name) {
  return form.querySelector(`.thumbnails[data-of="${CSS.escape(name)}"]`);
}
