// Reading from the service, with one kind of error for whatever goes wrong.
export class Fault extends Error {}

export async function read(path) {
  let response;
  try {
    response = await fetch(path);
  } catch {
    throw new Fault("连不上服务；请确认服务仍在运行，再试一次。");
  }
  const value = await response.json().catch(() => null);
  if (!response.ok) throw new Fault(value?.error?.message || `服务返回了意外的结果（${response.status}）。`);
  return value;
}
