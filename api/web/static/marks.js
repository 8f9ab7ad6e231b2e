// The words behind the reasons, marked in both texts. Offsets count Unicode letters, as the service does.
import { el } from "./dom.js";

const NAMES = { title: "名称", body: "说明", labels: "标签", needs: "指标要求", cases: "案例" };

// reasons: [{spans}], each mark remembers which reasons it belongs to.
export function texts(side, heading, fields, reasons) {
  const list = el("dl");
  for (const name of Object.keys(NAMES)) {
    if (!fields[name]) continue;
    list.append(el("dt", {}, NAMES[name]), el("dd", {}, marked(Array.from(fields[name]), spansOf(side, name, reasons))));
  }
  return el("div", { class: "text" }, el("h4", {}, heading), list);
}

function spansOf(side, field, reasons) {
  const found = [];
  reasons.forEach((reason, at) => {
    for (const span of reason.spans) {
      if (span.side === side && span.field === field && span.end > span.start) found.push({ ...span, at });
    }
  });
  return found;
}

function marked(letters, spans) {
  const cuts = new Set([0, letters.length]);
  for (const span of spans) cuts.add(Math.min(span.start, letters.length)).add(Math.min(span.end, letters.length));
  const places = [...cuts].sort((a, b) => a - b);
  const pieces = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [start, end] = [places[i], places[i + 1]];
    const owners = spans.filter((s) => s.start <= start && end <= s.end).map((s) => s.at);
    const text = letters.slice(start, end).join("");
    pieces.push(owners.length ? el("mark", { "data-of": [...new Set(owners)].join(" ") }, text) : text);
  }
  return pieces;
}

// Show the marks of one reason only; null shows all again.
export function pick(root, at) {
  root.classList.toggle("picking", at !== null);
  for (const mark of root.querySelectorAll("mark")) {
    mark.classList.toggle("hot", at !== null && mark.dataset.of.split(" ").includes(String(at)));
  }
}
