// A picture that is larger than its box is first shown where `data-at` says: shares of its width and height.
export function lookAtPictures() {
  document.querySelectorAll("img[data-at]").forEach((image) => image.complete && lookAt(image));
  document.addEventListener("load", (event) => event.target.matches?.("img[data-at]") && lookAt(event.target), true);
}

function lookAt(image) {
  const box = image.closest(".picture-box");
  const [across, down] = image.dataset.at.split(" ").map(Number);
  box.scrollLeft = across * image.width - box.clientWidth / 2;
  box.scrollTop = down * image.height - box.clientHeight / 2;
}
