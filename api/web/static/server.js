// Talking to the service. The key stays in this window's session storage and goes out only in the Authorization header.
const KEY = "scenematch-key";

export const key = {
  get: () => sessionStorage.getItem(KEY) || "",
  set: (value) => sessionStorage.setItem(KEY, value),
  clear: () => sessionStorage.removeItem(KEY),
};

export class Fault extends Error {
  constructor(status, code, message, requestId) {
    super(message);
    Object.assign(this, { status, code, requestId });
  }
}

export async function call(method, path, body) {
  const headers = {};
  if (key.get()) headers.Authorization = `Bearer ${key.get()}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Fault(0, "unreachable", "连不上服务；请确认服务仍在运行，再试一次。", "");
  }
  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null;
  }
  if (!response.ok) {
    const error = (value && value.error) || {};
    const says = error.message || `服务返回了意外的结果（${response.status}）。`;
    throw new Fault(response.status, error.code || "", says, error.request_id || "");
  }
  return value;
}
