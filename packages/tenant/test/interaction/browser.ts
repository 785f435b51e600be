import type { FastifyInstance, InjectOptions } from "fastify";

export interface Page {
  /** Path and query of the page that was reached. */
  at: string;
  status: number;
  html: string;
  headers: Record<string, string | string[] | number | undefined>;
  /** Text of the `<h1>`. */
  heading: string;
}

export interface SendOptions {
  headers?: Record<string, string>;
  /** Instead of the fields of the form. */
  body?: string;
  /** Stops at the redirect instead of following it. */
  stay?: boolean;
}

/** Does what a browser without JavaScript does on the pages origin: keeps cookies, follows redirects, sends forms. */
export class Browser {
  readonly app: FastifyInstance;
  readonly origin: string;
  ip: string;
  cookies = new Map<string, string>();
  /**
   * The folder of the console, once its key has led there. Tests write and read addresses below `/console`, as the documentation
   * does; the browser goes to the folder, and sends the console's cookie nowhere else.
   */
  folder: string | undefined;

  constructor(app: FastifyInstance, origin: string, ip: string) {
    this.app = app;
    this.origin = origin;
    this.ip = ip;
  }

  get(path: string, options: SendOptions = {}): Promise<Page> {
    return this.request({ method: "GET", url: path, headers: options.headers ?? {} }, options.stay);
  }

  /** Sends the page's form to `action`, filled in with `values`. */
  send(page: Page, action: string, values: Record<string, string> = {}, options: SendOptions = {}): Promise<Page> {
    const fields = formFields(page, action);
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    return this.post(action, options.body ?? fields.toString(), options);
  }

  post(path: string, body: string, options: SendOptions = {}): Promise<Page> {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      origin: this.origin,
      "sec-fetch-site": "same-origin",
      ...options.headers,
    };
    return this.request({ method: "POST", url: path, headers, payload: body }, options.stay);
  }

  /** The session cookie, under the server's name for it. */
  get cookie(): string | undefined {
    return [...this.cookies].find(([name]) => name.includes("_session"))?.[1];
  }

  private async request(input: InjectOptions, stay = false): Promise<Page> {
    const asked = String(input.url);
    const url =
      this.folder && /^\/console(?!\/(?:enter|assets|s-[\w-]{22})\b)/.test(asked)
        ? this.folder + asked.slice(8)
        : asked;
    const sent = [...this.cookies].filter(([name]) => !name.includes("_console") || /^\/console\/s-/.test(url));
    const cookie = sent.map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await this.app.inject({
      ...input,
      url,
      headers: { host: new URL(this.origin).host, ...input.headers, ...(cookie === "" ? {} : { cookie }) },
      remoteAddress: this.ip,
    });
    for (const { name, value } of response.cookies) this.cookies.set(name, value);
    const { location: to } = response.headers;
    this.folder = /^\/console\/s-[\w-]{22}/.exec(to ?? "")?.[0] ?? this.folder;
    const location = to && withoutFolder(to);
    if (location !== undefined && !stay && location.startsWith("/")) return this.get(location);
    const html = withoutFolder(response.payload);
    return {
      at: withoutFolder(asked),
      status: response.statusCode,
      html,
      headers: { ...response.headers, ...(location !== undefined && { location }) },
      heading: textOf(/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? ""),
    };
  }
}

const withoutFolder = (text: string) => text.replaceAll(/\/console\/s-[\w-]{22}(?=["/?#]|$)/g, "/console");

/**
 * The hidden and visible inputs of a form, as a browser would send them unchanged. One of its buttons may have its own
 * action.
 */
export function formFields(page: Page, action: string): URLSearchParams {
  const forms = [...page.html.matchAll(/(<form\s[^>]*>)(.*?)<\/form>/gs)];
  const form =
    forms.find(([, tag]) => attribute(tag ?? "", "action") === action) ??
    forms.find(([, , inner]) => inner?.includes(`formaction="${action}"`));
  if (!form) throw new Error(`“${page.heading}” (${page.status}, ${page.at}) has no form to ${action}`);
  const fields = new URLSearchParams();
  for (const [tag] of (form[2] ?? "").matchAll(/<input\s[^>]*>/g)) {
    const name = attribute(tag, "name");
    const unchecked = /\stype="(?:checkbox|radio)"/.test(tag) && !/\schecked/.test(tag);
    if (name !== undefined && !unchecked) fields.set(name, attribute(tag, "value") ?? "");
  }
  return fields;
}

export function textOf(html: string): string {
  return unescapeHtml(
    html
      .replace(/<style[^>]*>.*?<\/style>/gs, " ")
      .replace(/<\/?(?:wbr|bdi)>/g, "")
      .replace(/<[^>]*>/g, " "),
  )
    .replace(/\s+/g, " ")
    .trim();
}

/** A page without what differs between renderings: nonce, CSRF token, flow, challenge. */
export function withoutSecrets(page: Page): string {
  return page.html
    .replace(/nonce="[^"]*"/g, "")
    .replace(/name="csrf" value="[^"]*"/g, "")
    .replace(/name="flow" value="[^"]*"/g, "")
    .replace(/flow=[\w-]+/g, "")
    .replace(/&quot;challenge&quot;:&quot;[\w-]*&quot;/g, "");
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescapeHtml(value);
}

export function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
