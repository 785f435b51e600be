// The same file is in @doorcode/client and in @doorcode/guard, which do not import each other; a test compares them.
import type { Agent, ClientRequest } from "node:http";
import type { BlockList } from "node:net";
import type { SecureContext } from "node:tls";

const net = process.getBuiltinModule("node:net");

/** The proxy for https requests. */
export interface ProxyServer {
  url: URL;
  /** The environment variable that names it. */
  variable: string;
  /** Host, port and variable, for error messages; without user name and password. */
  name: string;
}

/** A proxy that cannot be used, or that did not connect. */
export class ProxyError extends Error {
  override name = "ProxyError";
  /** `setting`: the variable's text is invalid; `tls`: the proxy's own certificate; `connection`: anything else. */
  readonly kind: "setting" | "tls" | "connection";
  readonly variable: string;

  constructor(kind: ProxyError["kind"], variable: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.variable = variable;
  }
}

/** The variables for https, in curl's order. HTTP_PROXY is for http, which never leaves this machine here. */
const variables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const schemes = /^(https?|socks|socks4a?|socks5h?):$/;

/**
 * The proxy that the environment names for an https address; undefined if there is none, for this machine itself, and
 * for hosts in NO_PROXY.
 * @throws ProxyError `setting`
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): ProxyServer | undefined {
  const variable = variables.find((name) => env[name]?.trim());
  if (variable === undefined || isDirect(url, env.no_proxy || env.NO_PROXY || "")) return undefined;
  const text = (env[variable] as string).trim();
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  // None of these repeats the text, which may hold a password.
  const refuse = (why: string) => new ProxyError("setting", variable, `${variable} ${why}`);
  const misspelled =
    "has more than user name, password, host and port: remove any path, and percent-encode the special characters of a user name or password (%5C for \\, %2F for /, %3F for ?, %23 for #, %40 for @).";
  // A "/", "?" or "#" in a password ends the host too early, so that user name and password would be read as host and
  // port.
  if (!/^[^/?#\\]*\/?$/.test(full.slice(full.indexOf("://") + 3))) throw refuse(misspelled);
  if (!URL.canParse(full)) throw refuse("is not a proxy address, such as http://proxy.example:3128.");
  const proxy = new URL(full);
  if (!schemes.test(proxy.protocol) || proxy.hostname === "") {
    throw refuse("must begin with http, https, socks4, socks4a, socks5 or socks5h.");
  }
  if (text.includes("@") && !proxy.username && !proxy.password) throw refuse(misspelled);
  try {
    decodeURIComponent(proxy.username + proxy.password);
  } catch {
    throw refuse("has a % in its user name or password that does not begin an escape: write %25.");
  }
  const port = proxy.port || (proxy.protocol === "https:" ? "443" : proxy.protocol === "http:" ? "80" : "1080");
  return { url: proxy, variable, name: `${proxy.hostname}:${port} (${variable})` };
}

/**
 * Whether NO_PROXY exempts the address, by the combined rules of curl and Go: `*`; a name and its subdomains, with or
 * without a leading dot or `*.`; IP addresses, with or without brackets; CIDR ranges. All but the last with or without
 * a port.
 */
function isDirect(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
  const family = familyOf(host);
  if (family === undefined ? /^(.+\.)?localhost$/.test(host) : ranges("127.0.0.0/8", "::1/128").check(host, family)) {
    return true;
  }
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const [, bare, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [undefined, entry, undefined];
    if (port !== undefined && Number(port) !== Number(url.port || 443)) return false;
    const text = (bare as string).replace(/^\[([^\]]*)\]/, "$1");
    if (family !== undefined) return ranges(text).check(host, family);
    const name = nameOf(text.replace(/^\*?\./, ""));
    return name !== "" && (host === name || host.endsWith(`.${name}`));
  });
}

const familyOf = (host: string) => (({ 4: "ipv4", 6: "ipv6" }) as const)[net.isIP(host) as 4 | 6];

/** As in a URL: lower case, ASCII, without a trailing dot. */
function nameOf(text: string): string {
  const name = text.replace(/\.$/, "");
  return URL.canParse(`https://${name}`) ? new URL(`https://${name}`).hostname : "";
}

/** IP addresses and CIDR ranges; undefined for anything else. */
function ranges(...texts: string[]): BlockList {
  const list = new net.BlockList();
  for (const text of texts) {
    const [address = "", length] = text.split("/");
    const family = familyOf(address);
    if (family === undefined || (length !== undefined && !/^\d{1,3}$/.test(length))) continue;
    const bits = family === "ipv4" ? 32 : 128;
    if (Number(length ?? bits) <= bits) list.addSubnet(address, Number(length ?? bits), family);
  }
  return list;
}

/** What https-proxy-agent and socks-proxy-agent have in common. */
interface Tunnel {
  connect(request: ClientRequest, target: { host?: string | null }): Promise<Agent & { destroy(): void }>;
}

/**
 * An agent that connects through the proxy. Before that its requests have no `socket`; emitting `abandoned` on such a
 * request ends its attempt. Requests fail with a ProxyError if the proxy fails.
 */
export async function tunnelAgent(
  proxy: ProxyServer,
  options: { keepAlive: boolean; secureContext?: SecureContext },
): Promise<Agent> {
  const { agent, connect } = await (proxy.url.protocol.startsWith("socks") ? bySocks : byConnect)(proxy, options);
  const tunnel = agent as unknown as Tunnel;
  tunnel.connect = async (request, target) => {
    let status = 200;
    request.once("proxyConnect", (answer: { statusCode: number }) => {
      status = answer.statusCode;
    });
    const socket = await connect(request, target as never).catch((cause: unknown) => {
      throw failure(cause, proxy, String(target.host));
    });
    if (status === 200) return socket as never;
    // https-proxy-agent returns a proxy's rejection as if the server had answered it; only the server may do that.
    socket.destroy();
    throw refusal(status, proxy, String(target.host));
  };
  return agent as unknown as Agent;
}

async function byConnect({ url }: ProxyServer, options: object) {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const agent = new HttpsProxyAgent(url.href, options);
  const { connectOpts } = agent;
  const connect: typeof agent.connect = (request, target) => {
    // The agent would wait for a silent proxy forever, even after its request is gone, and keep the process running.
    const gone = new AbortController();
    const onAbandoned = () => gone.abort();
    request.once("abandoned", onAbandoned);
    // Read before the first await of `connect`, so that one request does not see another's.
    agent.connectOpts = { ...connectOpts, signal: gone.signal } as typeof connectOpts;
    const connected = HttpsProxyAgent.prototype.connect.call(agent, request, target);
    return connected.finally(() => request.off("abandoned", onAbandoned));
  };
  return { agent, connect };
}

/** An attempt ends after 30 seconds, in milliseconds. */
async function bySocks({ url }: ProxyServer, options: object) {
  const { SocksProxyAgent } = await import("socks-proxy-agent");
  const agent = new SocksProxyAgent(url.href, options);
  agent.proxy.host = url.hostname.replace(/^\[|\]$/g, "");
  return { agent, connect: agent.connect.bind(agent) };
}

function refusal(status: number, { url, variable, name }: ProxyServer, host: string): ProxyError {
  const wants = url.username
    ? `rejects the user name and password in ${variable}`
    : "asks for a user name and password";
  const what = status === 407 ? wants : `answered ${status} and did not connect to ${host}`;
  return new ProxyError("connection", variable, `the proxy ${name} ${what}${status === 407 ? " (407)" : ""}`);
}

function failure(cause: unknown, { variable, name }: ProxyServer, host: string): ProxyError {
  const { code = "", hostname, message } = cause as NodeJS.ErrnoException & { hostname?: string };
  // A SOCKS client's error contains its settings.
  const options = "options" in (cause as object) ? {} : { cause };
  const say = (what: string, kind: ProxyError["kind"] = "connection") =>
    new ProxyError(kind, variable, `${what}${code && ` (${code})`}`, options);
  if (/CERT|SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|PATH_LENGTH|INVALID_CA|INVALID_PURPOSE/.test(code)) {
    return say(`the certificate of the proxy ${name} is not trusted`, "tls");
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return say(`the TLS handshake with the proxy ${name} failed`, "tls");
  if (code === "ECONNREFUSED") return say(`the proxy ${name} refuses connections`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    // socks4 and socks5 resolve names here; socks4a and socks5h leave that to the proxy.
    if (hostname === host)
      return say(`this machine cannot resolve ${host}: with socks5h in ${variable} the proxy resolves it`);
    return say(`cannot resolve the proxy ${name}`);
  }
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return say(`no route to the proxy ${name}`);
  if (!("cause" in options)) return say(`the proxy ${name} did not connect to ${host}: ${message}`);
  return say(`the connection to the proxy ${name} was lost before it reached ${host}`);
}
