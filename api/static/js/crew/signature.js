// The signature: drawn with a finger or a pen; who cannot, types the name.

const WIDTH = 3;

/** Lets one sign on the canvas. Answers a function that gives the drawing as PNG, null while nothing is drawn. */
export function signing(box, changed) {
  const canvas = box.querySelector("canvas");
  const pen = canvas.getContext("2d");
  let signed = false;
  pen.lineWidth = WIDTH;
  pen.lineCap = "round";
  pen.strokeStyle = "#000000";

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const from = place(canvas, event);
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.lineTo(from.x, from.y);
    pen.stroke();
    signed = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const to = place(canvas, event);
    pen.lineTo(to.x, to.y);
    pen.stroke();
  });
  canvas.addEventListener("pointerup", changed);
  box.querySelector(".clear").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    signed = false;
    changed();
  });

  return {
    drawing: () => (signed ? new Promise((resolve) => canvas.toBlob(resolve, "image/png")) : Promise.resolve(null)),
    async restore(blob) {
      pen.drawImage(await createImageBitmap(blob), 0, 0);
      signed = true;
    },
  };
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * canvas.width,
    y: ((event.clientY - box.top) / box.height) * canvas.height,
  };
}
