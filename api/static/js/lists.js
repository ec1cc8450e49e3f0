// Says how many lines are chosen, and lets a click with Shift choose all lines in between.

const form = document.querySelector("form:has(input[name=line])");
const boxes = form ? [...form.querySelectorAll("input[name=line]")] : [];
const chosen = form?.querySelector(".chosen");
let last = null;

function count() {
  const number = boxes.filter((box) => box.checked).length;
  if (chosen) chosen.textContent = number ? `(${number})` : "";
}

form?.addEventListener("click", (event) => {
  const box = event.target;
  if (!boxes.includes(box)) return;
  if (event.shiftKey && last) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  count();
});
count();
