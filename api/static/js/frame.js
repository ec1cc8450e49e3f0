// What every page does with script: shortcuts, parts that live, pictures shown where one looks first, and a way back when the session has ended meanwhile.
import { keepDrafts } from "./drafts.js";
import { listen } from "./keys.js";
import { live } from "./live.js";
import { lock, watch } from "./lock.js";
import { lookAtPictures } from "./pictures.js";

document.documentElement.dataset.script = "on";
listen();
live();
watch();
keepDrafts();
lookAtPictures();

// A part of the page was asked for and the session has ended or is locked: the password is asked for over the page.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) lock();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});
