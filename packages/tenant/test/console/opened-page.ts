import type { TestTenant } from "../fixtures/start-test-tenant.ts";

/** A page of a running tenant's console, opened with the key of its start. `path`: of the page. */
export async function openedPage(tenant: TestTenant, path: string, language = "en") {
  const cookies = new Map<string, string>();
  /** Where the key leads. */
  let folder = "/console";
  const placed = (address: string) =>
    address === "/console/enter" ? address : folder + address.slice("/console".length);
  const send = async (address: string, body?: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "accept-language": language, origin: tenant.pages, "sec-fetch-site": "same-origin", cookie };
    const form = body && {
      method: "POST",
      body: new URLSearchParams(body).toString(),
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    };
    const response = await tenant.fetch(`${tenant.pages}${placed(address)}`, form ?? { headers });
    for (const each of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each)!;
      cookies.set(name!, value!);
    }
    const to = response.headers.get("location")?.replace(folder, "/console");
    return { status: response.status, to, html: await response.text() };
  };
  const entered = await send("/console/enter", { key: tenant.consoleKey ?? "" });
  folder = entered.to ?? folder;
  const csrf = async () => /name="csrf" value="([^"]+)"/.exec((await send(path)).html)?.[1] ?? "";
  return {
    entered,
    get: (address = path) => send(address),
    press: async (action: string, fields: Record<string, string> = {}) =>
      send(path, { csrf: await csrf(), action, ...fields }),
    send,
  };
}
