// One menu is open at a time, and Escape closes it; the first field of an opened form takes the typing.

const open = () => document.querySelectorAll(".menu[open], .step[open]");

document.addEventListener("click", (event) => {
  open().forEach((each) => { if (!each.contains(event.target)) each.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const inner = [...open()].pop();
  if (!inner) return;
  inner.open = false;
  inner.querySelector("summary").focus();
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".step[open]")) event.target.querySelector("textarea, input:not([type=hidden])")?.focus();
}, true);
