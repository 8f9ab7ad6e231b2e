// What every page does: short messages, a question before what cannot be undone, printing, copying, filters that apply
// themselves. Text goes into the page as text, never as HTML.

const says = (text, kind = "success") => {
  const shape = document.getElementById("toast-shape").content.firstElementChild.cloneNode(true);
  shape.classList.add(`toast-${["success", "info", "warning", "danger"].includes(kind) ? kind : "info"}`);
  if (kind === "danger") shape.setAttribute("role", "alert");
  shape.querySelector(".toast-body").textContent = text;
  document.getElementById("toasts").append(shape);
  shape.addEventListener("hidden.bs.toast", () => shape.remove());
  new bootstrap.Toast(shape, { delay: kind === "danger" ? 10000 : 5000 }).show();
};

const ask = (question, then) => {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-says").textContent = question;
  const yes = document.getElementById("confirm-yes");
  const modal = bootstrap.Modal.getOrCreateInstance(dialog);
  const agreed = () => { modal.hide(); then(); };
  yes.addEventListener("click", agreed, { once: true });
  dialog.addEventListener("hidden.bs.modal", () => yes.removeEventListener("click", agreed), { once: true });
  dialog.addEventListener("shown.bs.modal", () => yes.focus(), { once: true });
  modal.show();
};

document.addEventListener("toast", (event) => says(event.detail.says, event.detail.kind));

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question, () => event.detail.issueRequest(true));
});

document.addEventListener("htmx:sendError", () => says(document.body.dataset.unreachable, "danger"));
document.addEventListener("htmx:timeout", () => says(document.body.dataset.slow, "danger"));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !form.dataset.confirmed) {
    event.preventDefault();
    const button = event.submitter;
    ask(form.dataset.confirm, () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    });
    return;
  }
  // A second click while the first is under way would send the form twice.
  if (form.method === "post" && !form.hasAttribute("hx-post") && !form.hasAttribute("data-download")) {
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((each) => { each.disabled = true; }));
  }
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button[type=submit]").forEach((each) => { each.disabled = false; });
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-back], [data-print], [data-copy]");
  if (!button) return;
  if (button.hasAttribute("data-back")) history.back();
  if (button.hasAttribute("data-print")) print();
  if (button.hasAttribute("data-copy")) {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
      says(button.dataset.copied, "success");
    } catch {
      getSelection().selectAllChildren(source);
    }
  }
});

// A table wider than its frame scrolls sideways; whoever has no mouse must be able to get there with the keyboard.
const reachable = () => document.querySelectorAll(".table-wrap").forEach((frame) => {
  if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
  else frame.removeAttribute("tabindex");
});

addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("htmx:afterSettle", reachable);
document.addEventListener("toggle", reachable, true);
