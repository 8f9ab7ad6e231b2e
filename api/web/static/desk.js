// The desk: filters apply themselves, a reason shows its words in both texts, two to four chosen ones can be compared.

const form = document.getElementById("ask");
const send = () => form.requestSubmit(form.querySelector(".ask-go button[type=submit]"));

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-refine]")) send();
  if (field.matches(".pick")) picked();
  if (field.matches("[data-kind]")) {
    form.querySelectorAll("label[data-demand]").forEach((label) => { label.textContent = label.dataset[field.value]; });
    document.getElementById("filters").replaceChildren();
  }
});

const picked = () => {
  const button = document.getElementById("compare");
  if (!button) return;
  const count = document.querySelectorAll(".pick:checked").length;
  button.disabled = count < 2 || count > 4;
  button.textContent = count ? `${button.dataset.says}（${count}）` : button.dataset.says;
};

document.addEventListener("click", (event) => {
  const reason = event.target.closest("button.reason");
  if (reason) show(reason);
  if (event.target.closest("[data-clear-filters]")) {
    form.querySelectorAll("#filters input[type=checkbox]").forEach((box) => { box.checked = false; });
    form.querySelectorAll("#filters select, #filters input[type=number]").forEach((field) => { field.value = ""; });
    send();
  }
  // One list of reasons to exclude is open at a time.
  document.querySelectorAll(".exclude[open]").forEach((each) => { if (!each.contains(event.target)) each.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll(".exclude[open]").forEach((each) => { each.open = false; });
});

const show = (reason) => {
  const card = reason.closest(".match");
  const chosen = reason.getAttribute("aria-pressed") !== "true";
  card.querySelectorAll("button.reason").forEach((each) => each.setAttribute("aria-pressed", String(chosen && each === reason)));
  const texts = card.querySelector(".texts");
  texts.classList.toggle("picking", chosen);
  texts.querySelectorAll("mark").forEach((mark) => mark.classList.toggle("hot", chosen && mark.dataset.of.split(" ").includes(reason.dataset.reason)));
  if (chosen) texts.scrollIntoView({ block: "nearest", behavior: "smooth" });
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "answer") picked();
  if (event.target.id === "comparison-body") bootstrap.Modal.getOrCreateInstance(document.getElementById("comparison")).show();
});
