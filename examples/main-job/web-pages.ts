/** Does what a browser without JavaScript does: follows links, keeps cookies, sends forms. */
export interface WebPage {
  url: string;
  status: number;
  html: string;
  heading: string;
}

export interface WebBrowser {
  open(url: string): Promise<WebPage>;
  /** Follows the page's link to that path. */
  follow(page: WebPage, path: string): Promise<WebPage>;
  /** Fills in the page's form that goes to `action` and sends it. */
  send(page: WebPage, action: string, values: Record<string, string>): Promise<WebPage>;
}

export function openBrowser(signal: AbortSignal): WebBrowser {
  const cookies = new Map<string, string>();

  async function request(url: string, body?: URLSearchParams): Promise<WebPage> {
    const headers: Record<string, string> = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    };
    if (body) headers.origin = new URL(url).origin;
    const response = await fetch(url, { method: body ? "POST" : "GET", headers, body, redirect: "manual", signal });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === "" || /;\s*max-age=0/i.test(line)) cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    const location = response.headers.get("location");
    if (location !== null && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      return await request(new URL(location, url).href);
    }
    const html = await response.text();
    return { url, status: response.status, html, heading: textOf(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? "") };
  }

  return {
    open: (url) => request(url),
    async follow(page, path) {
      const links = [...page.html.matchAll(/<a\s[^>]*>/g)].map(([tag]) => attribute(tag, "href"));
      const href = links.find((link) => link?.split("?")[0] === path);
      if (href === undefined) throw new Error(`The page “${page.heading}” has no link to ${path}.`);
      return await request(new URL(href, page.url).href);
    },
    async send(page, action, values) {
      const form = [...page.html.matchAll(/(<form\s[^>]*>)(.*?)<\/form>/gs)].find(
        ([, tag]) => attribute(tag!, "action") === action,
      );
      if (form === undefined) throw new Error(`The page “${page.heading}” (${page.status}) has no form to ${action}.`);
      const fields = new URLSearchParams();
      for (const [tag] of form[2]!.matchAll(/<input\s[^>]*>/g)) {
        const name = attribute(tag, "name");
        if (name !== undefined) fields.set(name, attribute(tag, "value") ?? "");
      }
      for (const [name, value] of Object.entries(values)) fields.set(name, value);
      return await request(new URL(action, page.url).href, fields);
    },
  };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

/** The text of an HTML fragment. Emphasis is part of its sentence; all other elements are separate. */
export function textOf(html: string): string {
  const words = html.replace(/<\/?(em|bdi|strong|wbr)\b[^>]*>/g, "").replace(/<[^>]*>/g, " ");
  return unescapeHtml(words).replace(/\s+/g, " ").trim();
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
