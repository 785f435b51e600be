// The same file is in @doorcode/client and in @doorcode/guard, which import nothing of each other; a test compares the two.
import type { Agent, ClientRequest } from "node:http";
import type { BlockList } from "node:net";
import type { SecureContext } from "node:tls";

const net = process.getBuiltinModule("node:net");

/** What an https request goes through. */
export interface ProxyServer {
  url: URL;
  /** The environment variable that names it. */
  variable: string;
  /** Host, port and variable, as errors have it; without user name and password. */
  name: string;
}

/** A proxy that cannot be meant, or that made no connection. */
export class ProxyError extends Error {
  override name = "ProxyError";
  /** `setting`: the variable's text; `tls`: the proxy's own certificate; `connection`: anything else. */
  readonly kind: "setting" | "tls" | "connection";
  readonly variable: string;

  constructor(kind: ProxyError["kind"], variable: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.variable = variable;
  }
}

/** Of https, in the order of curl. HTTP_PROXY is for http, which never leaves this machine here. */
const variables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const schemes = /^(https?|socks|socks4a?|socks5h?):$/;

/**
 * The proxy that the environment names for an https address; undefined where there is none, for this machine itself, and
 * for what NO_PROXY lists.
 * @throws ProxyError `setting`
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): ProxyServer | undefined {
  const variable = variables.find((name) => env[name]?.trim());
  if (variable === undefined || isDirect(url, env.no_proxy || env.NO_PROXY || "")) return undefined;
  const text = (env[variable] as string).trim();
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  // None of these repeats the text: it may hold a password.
  const refuse = (why: string) => new ProxyError("setting", variable, `${variable} ${why}`);
  const misspelled =
    "has more than user name, password, host and port: leave a path out, and percent-encode the special characters of a user name or password (%5C for \\, %2F for /, %3F for ?, %23 for #, %40 for @).";
  // A "/", "?" or "#" in a password ends the host too early: user name and password would be taken for host and port.
  if (!/^[^/?#\\]*\/?$/.test(full.slice(full.indexOf("://") + 3))) throw refuse(misspelled);
  if (!URL.canParse(full)) throw refuse("is not the address of a proxy, such as http://proxy.example:3128.");
  const proxy = new URL(full);
  if (!schemes.test(proxy.protocol) || proxy.hostname === "") {
    throw refuse("names no proxy by http, https, socks4, socks4a, socks5 or socks5h.");
  }
  if (text.includes("@") && !proxy.username && !proxy.password) throw refuse(misspelled);
  try {
    decodeURIComponent(proxy.username + proxy.password);
  } catch {
    throw refuse("has a user name or password with a % that begins no escape: write %25 for it.");
  }
  const port = proxy.port || (proxy.protocol === "https:" ? "443" : proxy.protocol === "http:" ? "80" : "1080");
  return { url: proxy, variable, name: `${proxy.hostname}:${port} (${variable})` };
}

/**
 * Whether NO_PROXY exempts the address, by the rules of curl and Go together: `*`; a name with those beneath it, with a dot
 * or `*.` before it or not; IP addresses, with brackets or not; CIDR; each but the last with a port or without.
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

/** As an address has it: lower case, ASCII, without a dot at its end. */
function nameOf(text: string): string {
  const name = text.replace(/\.$/, "");
  return URL.canParse(`https://${name}`) ? new URL(`https://${name}`).hostname : "";
}

/** Of IP addresses and CIDR ranges; anything else is none. */
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
 * An agent whose connections go through the proxy. Until there is one its requests have no `socket`; `abandoned`, emitted on
 * such a request, ends its attempt. Requests fail with a ProxyError where it is the proxy that fails.
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
    // https-proxy-agent hands a refusal on as if the server had answered; only the server may speak for itself.
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
    // The agent waits for a silent proxy for ever, though its request is long gone; that would hold the process.
    const gone = new AbortController();
    const onAbandoned = () => gone.abort();
    request.once("abandoned", onAbandoned);
    // Read before the first await of `connect`, so one request does not see another's.
    agent.connectOpts = { ...connectOpts, signal: gone.signal } as typeof connectOpts;
    const connected = HttpsProxyAgent.prototype.connect.call(agent, request, target);
    return connected.finally(() => request.off("abandoned", onAbandoned));
  };
  return { agent, connect };
}

/** An attempt ends after 30 seconds by itself. */
async function bySocks({ url }: ProxyServer, options: object) {
  const { SocksProxyAgent } = await import("socks-proxy-agent");
  const agent = new SocksProxyAgent(url.href, options);
  agent.proxy.host = url.hostname.replace(/^\[|\]$/g, "");
  return { agent, connect: agent.connect.bind(agent) };
}

function refusal(status: number, { url, variable, name }: ProxyServer, host: string): ProxyError {
  const wants = url.username
    ? `refuses the user name and password in ${variable}`
    : "asks for a user name and password";
  const what = status === 407 ? wants : `answered ${status} and made no connection to ${host}`;
  return new ProxyError("connection", variable, `the proxy ${name} ${what}${status === 407 ? " (407)" : ""}`);
}

function failure(cause: unknown, { variable, name }: ProxyServer, host: string): ProxyError {
  const { code = "", hostname, message } = cause as NodeJS.ErrnoException & { hostname?: string };
  // The error of a SOCKS client holds its settings.
  const options = "options" in (cause as object) ? {} : { cause };
  const say = (what: string, kind: ProxyError["kind"] = "connection") =>
    new ProxyError(kind, variable, `${what}${code && ` (${code})`}`, options);
  if (/CERT|SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|PATH_LENGTH|INVALID_CA|INVALID_PURPOSE/.test(code)) {
    return say(`the certificate of the proxy ${name} is not trusted`, "tls");
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return say(`no TLS with the proxy ${name}`, "tls");
  if (code === "ECONNREFUSED") return say(`nothing listens at the proxy ${name}`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    // socks4 and socks5 look names up here; socks4a and socks5h leave that to the proxy.
    if (hostname === host)
      return say(`this machine knows no address for ${host}: socks5h in ${variable} asks the proxy`);
    return say(`no address is known for the proxy ${name}`);
  }
  if (code === "ENETUNREACH" || code === "EHOSTUNREACH") return say(`no route leads to the proxy ${name}`);
  if (!("cause" in options)) return say(`the proxy ${name} made no connection to ${host}: ${message}`);
  return say(`the connection to the proxy ${name} was lost before it led to ${host}`);
}
