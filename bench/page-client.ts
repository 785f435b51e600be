import { Agent, request } from "node:http";

export interface Shown {
  status: number;
  /** Of a redirect. */
  location: string;
  html: string;
  /** Of the response's body. */
  bytes: number;
}

/** What a browser without JavaScript sends to the pages: cookies, and forms with their hidden fields. One browser. */
export interface PageClient {
  get(path: string): Promise<Shown>;
  /** Sends the form to `action`, filled in with `values`. */
  send(page: Shown, action: string, values: Record<string, string>): Promise<Shown>;
  close(): void;
}

export function pageClient(origin: string): PageClient {
  const agent = new Agent({ keepAlive: true });
  const cookies = new Map<string, string>();

  const answer = (path: string, form?: URLSearchParams) =>
    new Promise<Shown>((resolve, reject) => {
      const body = form?.toString();
      const headers = {
        accept: "text/html",
        "accept-language": "en",
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
        ...(body !== undefined && {
          origin,
          "sec-fetch-site": "same-origin",
          "content-type": "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(body),
        }),
      };
      const method = form ? "POST" : "GET";
      const sent = request(new URL(path, origin), { method, agent, headers }, async (response) => {
        try {
          for (const each of response.headers["set-cookie"] ?? []) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
            cookies.set(name, value);
          }
          const parts: Buffer[] = [];
          for await (const part of response) parts.push(part as Buffer);
          const { location = "" } = response.headers;
          const page = Buffer.concat(parts);
          resolve({ status: response.statusCode!, location, html: page.toString(), bytes: page.length });
        } catch (error) {
          reject(error);
        }
      });
      sent.once("error", reject);
      sent.end(body);
    });

  return {
    get: (path) => answer(path),
    send(page, action, values) {
      const form = new RegExp(`<form[^>]* action="${action}"[^>]*>(.*?)</form>`, "s").exec(page.html)?.[1];
      if (form === undefined) throw new Error(`The page (${page.status}) has no form to ${action}.`);
      const fields = new URLSearchParams();
      for (const [tag] of form.matchAll(/<input[^>]* type="hidden"[^>]*>/g)) {
        fields.set(attribute(tag, "name"), attribute(tag, "value"));
      }
      for (const [name, value] of Object.entries(values)) fields.set(name, value);
      return answer(action, fields);
    },
    close: () => agent.destroy(),
  };
}

function attribute(tag: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll("&amp;", "&") ?? "";
}
