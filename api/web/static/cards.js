// One match as a card: how sure, why (a waterfall that adds up to the score), what is met, and the texts themselves.
import { el } from "./dom.js";
import { pick, texts } from "./marks.js";

const VERDICTS = { met: "满足", unmet: "不满足", unknown: "未说明" };
const TONES = { 高度匹配: "high", 较为匹配: "fair", 部分相关: "some" };
const SIDES = { demand: "需求原文", solution: "方案原文" };

export function card(match, of, query, open) {
  const record = match[of];
  const owner = of === "solution" ? record.vendor : record.organization;
  const who = [owner, record.region, of === "solution" && record.maturity, record.id].filter(Boolean).join(" · ");
  const body = el("div", { class: "body", hidden: !open });
  let filled = false;
  const fill = () => {
    if (!filled) body.append(...inside(match, of, query));
    filled = true;
  };
  if (open) fill();
  const head = el(
    "button",
    {
      type: "button",
      class: "head",
      "aria-expanded": String(open),
      on: {
        click: () => {
          fill();
          body.hidden = !body.hidden;
          head.setAttribute("aria-expanded", String(!body.hidden));
        },
      },
    },
    el("span", { class: "rank" }, String(match.rank)),
    el("span", {}, el("h3", {}, record.title || "（没有名称）"), el("span", { class: "who" }, who), chips(record)),
    grade(match),
  );
  return el("article", { class: `card ${TONES[match.label] || "weak"}` }, head, body);
}

function chips(record) {
  const words = [...record.industries, ...(record.technologies || [])].slice(0, 6);
  return el("span", { class: "chips" }, words.map((word) => el("span", { class: "chip" }, word)));
}

function grade(match) {
  const fill = el("i");
  fill.style.width = `${match.grade}%`;
  const counts = Object.keys(VERDICTS)
    .map((status) => [status, match.requirements.filter((r) => r.status === status).length])
    .filter(([, count]) => count)
    .map(([status, count]) => el("span", { class: status }, `${VERDICTS[status]} ${count}`));
  return el(
    "span",
    { class: "grade" },
    el("b", {}, String(match.grade)),
    el("em", {}, match.label),
    el("span", { class: "meter" }, fill),
    counts.length ? el("span", { class: "verdicts" }, "指标", counts) : null,
  );
}

function inside(match, of, query) {
  const reasons = [...match.evidence, ...match.requirements];
  const other = of === "solution" ? "demand" : "solution";
  const both = el(
    "div",
    { class: "texts" },
    texts("query", SIDES[other], query.fields, reasons),
    texts("candidate", SIDES[of], match[of].fields, reasons),
  );
  const parts = [el("section", {}, el("h4", {}, "为什么", el("small", {}, "点一条，看原文依据")), fall(match, both))];
  if (match.requirements.length) {
    parts.push(el("section", {}, el("h4", {}, "指标核对"), needs(match.requirements)));
  }
  return [...parts, both];
}

function fall(match, both) {
  const steps = [];
  let sum = 0;
  for (const one of match.evidence) {
    steps.push({ from: sum, to: sum + one.points, one });
    sum += one.points;
  }
  const low = Math.min(0, ...steps.map((s) => Math.min(s.from, s.to)));
  const high = Math.max(0, ...steps.map((s) => Math.max(s.from, s.to)));
  const scale = (value) => ((value - low) / (high - low || 1)) * 100;
  const lane = (from, to, kind) => {
    const bar = el("i", { class: kind });
    bar.style.left = `${Math.min(scale(from), scale(to))}%`;
    bar.style.width = `${Math.abs(scale(to) - scale(from))}%`;
    const zero = el("u");
    zero.style.left = `${scale(0)}%`;
    return el("span", { class: "lane", "aria-hidden": "true" }, zero, bar);
  };
  const rows = steps.map(({ from, to, one }, at) => {
    const kind = one.points < 0 ? "minus" : "plus";
    const row = el(
      "button",
      { type: "button", "aria-pressed": "false", disabled: !one.spans.length },
      el("span", {}, one.says),
      lane(from, to, kind),
      el("span", { class: `points ${kind}` }, signed(one.points)),
    );
    row.addEventListener("click", () => {
      const chosen = row.getAttribute("aria-pressed") !== "true";
      for (const each of rows) each.setAttribute("aria-pressed", String(chosen && each === row));
      pick(both, chosen ? at : null);
      if (chosen) both.scrollIntoView({ block: "nearest", behavior: "smooth" });
    });
    return row;
  });
  const total = el(
    "div",
    { class: "total" },
    el("span", {}, `合计，折合 ${match.grade} 分（满分 100）`),
    lane(0, match.score, "sum"),
    el("span", { class: "points" }, signed(match.score)),
  );
  return el("div", { class: "fall" }, rows, total);
}

function needs(requirements) {
  return el(
    "ul",
    { class: "needs" },
    requirements.map((one) =>
      el(
        "li",
        {},
        el("span", { class: `verdict ${one.status}` }, VERDICTS[one.status]),
        el("div", {}, el("p", {}, one.text), el("p", {}, one.says)),
      ),
    ),
  );
}

const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
