// The page: ask for the key once, take a demand (or a solution), show the ranking.
import { card } from "./cards.js";
import { byId, el } from "./dom.js";
import { call, key } from "./server.js";

const EXAMPLES = [
  {
    name: "焊点检测",
    kind: "demand",
    title: "车身焊点外观质量在线检测",
    description: "焊接车间每天约3万个焊点靠人工目检，夜班容易漏检，希望在线自动识别虚焊、偏焊和飞溅。",
    needs: "漏检率≤0.5%；单件检测时间不超过3秒",
  },
  {
    name: "养老院夜间看护",
    kind: "demand",
    title: "",
    description: "养老院夜间值班人手少，老人离床、跌倒常常天亮才发现，希望不装摄像头也能及时报警。",
    needs: "误报率低于5%",
  },
  { name: "一句话", kind: "demand", title: "", description: "工地上总有人不戴安全帽，想自动抓拍提醒", needs: "" },
  { name: "没有答案的", kind: "demand", title: "", description: "把失传戏曲的手抄乐谱整理成能演唱的曲谱", needs: "" },
];
const WORDS = {
  demand: { description: "要解决的问题", needs: "关键技术和指标", field: "requirements", other: "方案" },
  solution: { description: "方案说明", needs: "主要指标", field: "indicators", other: "需求" },
};
const LATER = { solution: "建议列入下一批征集", demand: "可在下一批需求发布后再匹配" };
const LISTS = ["industries", "technologies", "regions", "qualifications"];

const form = byId("ask");
const result = byId("result");

start();

function start() {
  byId("key-form").addEventListener("submit", enter);
  byId("change-key").addEventListener("click", () => leave(""));
  form.addEventListener("submit", ask);
  form.addEventListener("reset", () => setTimeout(settle));
  form.addEventListener("input", settle);
  byId("examples").append(
    ...EXAMPLES.map((one) => el("button", { type: "button", on: { click: () => fill(one) } }, one.name)),
  );
  settle();
  if (key.get()) open();
  else leave("");
}

async function enter(event) {
  event.preventDefault();
  key.set(byId("key").value.trim());
  await open();
}

function leave(message) {
  key.clear();
  byId("gate").hidden = false;
  byId("desk").hidden = true;
  byId("change-key").hidden = true;
  byId("state").textContent = "";
  byId("key-wrong").hidden = !message;
  byId("key-wrong").textContent = message;
  byId("key").focus();
}

async function open() {
  try {
    const [words, index] = await Promise.all([call("GET", "/api/v1/vocabulary"), call("GET", "/api/v1/index")]);
    for (const name of LISTS) byId(name).replaceChildren(...words[name].map((word) => el("option", { value: word })));
    const maturity = form.elements.maturity_at_least;
    maturity.replaceChildren(el("option", { value: "" }, "不限"), ...words.maturities.map((word) => el("option", {}, word)));
    const built = index.generation ? `索引 ${index.generation}` : "尚未建立索引";
    byId("state").textContent = `方案 ${index.counts.solution} 条 · 需求 ${index.counts.demand} 条 · ${built}`;
  } catch (fault) {
    leave(fault.message);
    return;
  }
  byId("key").value = "";
  byId("gate").hidden = true;
  byId("desk").hidden = false;
  byId("change-key").hidden = false;
}

function settle() {
  const words = WORDS[form.elements.kind.value];
  byId("description-label").textContent = words.description;
  byId("needs-label").textContent = words.needs;
  byId("go").textContent = `匹配${words.other}`;
  const used = Object.keys(filters()).length;
  byId("filter-count").textContent = used ? `${used} 项` : "";
}

function fill(example) {
  form.reset();
  for (const [name, value] of Object.entries(example)) if (name !== "name") form.elements[name].value = value;
  settle();
  form.requestSubmit();
}

function filters() {
  const found = {};
  for (const name of LISTS) {
    const words = form.elements[name].value.split(/[、，,;；\s]+/).filter(Boolean);
    if (words.length) found[name] = words;
  }
  if (form.elements.maturity_at_least.value) found.maturity_at_least = form.elements.maturity_at_least.value;
  if (form.elements.budget_within.value !== "") found.budget_within = Number(form.elements.budget_within.value);
  return found;
}

async function ask(event) {
  event.preventDefault();
  const kind = form.elements.kind.value;
  const text = (name) => form.elements[name].value.trim();
  if (!text("title") && !text("description")) {
    show(fault({ message: "请先写下名称或说明，一两句话就可以。" }));
    return;
  }
  const body = { kind, title: text("title"), description: text("description"), top_k: Number(form.elements.top_k.value) };
  body[WORDS[kind].field] = text("needs");
  body.filters = filters();
  byId("go").disabled = true;
  show(el("p", { class: "busy" }, "正在匹配……"));
  try {
    show(...answer(await call("POST", "/api/v1/match", body), kind === "demand" ? "solution" : "demand"));
    if (innerWidth <= 980) byId("answer").scrollIntoView({ behavior: "smooth" });
    else scrollTo({ top: 0, behavior: "smooth" });
  } catch (error) {
    if (error.status === 401) leave(error.message);
    else show(fault(error));
  } finally {
    byId("go").disabled = false;
  }
}

function answer(ranking, of) {
  const name = of === "solution" ? "方案" : "需求";
  const parts = [];
  if (!ranking.suitable) {
    parts.push(
      el(
        "div",
        { class: "none" },
        el("h2", {}, `没有合适的${name}`),
        el("p", {}, ranking.matches.length ? `下面是最接近的，仅供参考；${LATER[of]}。` : ranking.notes.join("")),
      ),
    );
  }
  parts.push(
    el(
      "div",
      { class: "summary" },
      ranking.suitable ? el("strong", {}, `${ranking.matches.length} 个${name}，按把握从高到低`) : null,
      el("span", {}, `用时 ${ranking.took_ms < 1 ? "不到 1" : Math.round(ranking.took_ms)} 毫秒`),
      ranking.filters.length
        ? el("span", { class: "chips" }, ranking.filters.map((one) => el("span", { class: "chip filter" }, one)))
        : null,
    ),
  );
  return [...parts, ...ranking.matches.map((match, at) => card(match, of, ranking.query, ranking.suitable && at === 0))];
}

function fault(error) {
  return el(
    "div",
    { class: "fault", role: "alert" },
    el("h2", {}, error.message),
    error.requestId ? el("small", {}, `请求编号 ${error.requestId}`) : null,
  );
}

function show(...nodes) {
  byId("welcome").hidden = true;
  result.hidden = false;
  result.replaceChildren(...nodes);
}
