// The API's documentation, drawn from /openapi.json: every operation with its fields, an example and its errors.
import { byId, el } from "./dom.js";
import { read } from "./server.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
let schemas = {};

read("/openapi.json").then(draw, (fault) => {
  byId("operations").replaceChildren(el("div", { class: "fault" }, el("h2", {}, fault.message)));
});

function draw(document) {
  schemas = document.components.schemas;
  byId("version").textContent = `版本 ${document.info.version}`;
  const groups = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = item[method].tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ path, method, ...item[method] });
    }
  }
  byId("contents").replaceChildren(
    ...[...groups].flatMap(([tag, found]) => [
      el("h2", {}, tag),
      ...found.map((one) => el("a", { href: `#${one.operationId}` }, one.summary)),
    ]),
  );
  const intro = [el("h1", {}, "接口说明"), el("p", { class: "intro" }, plain(document.info.description))];
  byId("operations").replaceChildren(...intro, ...[...groups.values()].flat().map(operation));
}

function operation(one) {
  const body = one.requestBody && Object.entries(one.requestBody.content)[0];
  const parts = [
    el("h2", {}, one.summary),
    el(
      "div",
      { class: "address" },
      el("span", { class: `method ${one.method}` }, one.method.toUpperCase()),
      el("code", {}, one.path),
      one.security ? null : el("span", { class: "open" }, "无需密钥"),
    ),
    el("p", {}, plain(one.description)),
  ];
  if (one.parameters && one.parameters.length) {
    parts.push(el("h3", {}, "参数"), rows(one.parameters.map((p) => [p.name, p.schema, p.description, p.required])));
  }
  if (body) {
    const [type, content] = body;
    for (const schema of variants(content.schema)) {
      parts.push(
        el("h3", {}, `正文（${type}）${schema.description ? `：${schema.description}` : ""}`),
        rows(
          Object.entries(schema.properties || {}).map(([name, field]) => [
            name,
            field,
            field.description,
            (schema.required || []).includes(name),
          ]),
        ),
      );
    }
    if (type === "application/json") parts.push(el("h3", {}, "示例"), el("pre", {}, curl(one, example(content.schema))));
  } else if (one.method === "get") {
    parts.push(el("h3", {}, "示例"), el("pre", {}, curl(one)));
  }
  parts.push(
    el(
      "details",
      {},
      el("summary", {}, "响应"),
      el(
        "table",
        {},
        Object.entries(one.responses).map(([status, answer]) =>
          el("tr", {}, el("td", {}, status), el("td", {}, answer.description, shape(answer))),
        ),
      ),
    ),
  );
  return el("section", { class: "operation", id: one.operationId }, parts);
}

const plain = (text) => (text || "").replaceAll("`", "");

function rows(fields) {
  return el(
    "table",
    {},
    fields.map(([name, schema, says, required]) =>
      el(
        "tr",
        {},
        el("td", {}, el("code", {}, name)),
        el("td", {}, el("small", {}, typeOf(schema) + (required ? "，必填" : ""))),
        el("td", {}, says || ""),
      ),
    ),
  );
}

function resolve(schema) {
  return schema && schema.$ref ? schemas[schema.$ref.split("/").pop()] : schema || {};
}

function variants(schema) {
  const found = resolve(schema);
  return found.oneOf || (found.anyOf && !found.properties) ? (found.oneOf || found.anyOf).map(resolve) : [found];
}

function typeOf(schema) {
  const found = resolve(schema);
  if (found.anyOf) return [...new Set(found.anyOf.map(typeOf))].filter((name) => name !== "null").join(" 或 ");
  if (found.enum || found.const) return (found.enum || [found.const]).map((value) => value || "空").join("、");
  if (found.type === "array") return `${typeOf(found.items)}的列表`;
  const names = { string: "文字", integer: "整数", number: "数字", boolean: "是或否", object: "对象", null: "null" };
  return names[found.type] || "对象";
}

function example(schema) {
  const found = variants(schema).find((one) => one.examples);
  return found ? found.examples[0] : {};
}

function curl(one, body) {
  const lines = [`curl -X ${one.method.toUpperCase()} '${location.origin}${one.path}'`];
  if (one.security) lines.push("  -H 'Authorization: Bearer 密钥'");
  if (body !== undefined) lines.push("  -H 'Content-Type: application/json'", `  -d '${JSON.stringify(body, null, 2)}'`);
  return lines.join(" \\\n");
}

function shape(answer) {
  const content = answer.content && answer.content["application/json"];
  if (!content) return null;
  if (content.example) return el("pre", {}, JSON.stringify(content.example, null, 2));
  const names = variants(content.schema).map((one) => Object.keys(one.properties || {}).join("、"));
  return el("div", {}, el("small", {}, names.filter(Boolean).join("；或 ")));
}
