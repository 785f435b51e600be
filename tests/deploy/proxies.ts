// The proxies of deploy/proxies, started with their shipped configuration. Only ports, files and intervals are replaced.
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { freePort } from "../fixtures/free-port.ts";
import { root } from "../packaging/pack.ts";
import { plainEnvironment, startCommand } from "../packaging/run-command.ts";

export const HOST = "login.contoso.example";
export const proxyNames = ["nginx", "haproxy", "caddy"] as const;
export type ProxyName = (typeof proxyNames)[number];

const env = plainEnvironment({ PATH: `${process.env.PATH}:/usr/sbin` });

/** Why the tests of a proxy cannot run here; false if they can. */
export const without = (proxy: ProxyName): string | false =>
  spawnSync(proxy, [proxy === "caddy" ? "version" : "-v"], { env, stdio: "ignore" }).error !== undefined &&
  `needs ${proxy} (Debian: ${proxy === "nginx" ? "nginx-light" : proxy})`;

export interface Upstream {
  port: number;
  /** Where the proxy's health check asks for `/readyz`. */
  monitoringPort: number;
}

export interface RunningProxy extends AsyncDisposable {
  httpsPort: number;
  httpPort: number;
  /** PEM. */
  ca: string;
  /** The lines of its access log. */
  accessLog(): Promise<string>;
  /** All that it writes about errors. */
  errorLog(): Promise<string>;
}

interface Files {
  folder: string;
  cert: string;
  key: string;
  /** The chain and its key in one file. */
  both: string;
}

interface ProxyOptions {
  /** The host that its certificate names. */
  host?: string;
  /** Further nodes; HAProxy sends each request to the next one that is ready. */
  others?: Upstream[];
}

/** Starts the proxy on own ports, for both IPv4 and IPv6. */
export async function startProxy(
  name: ProxyName,
  upstream: Upstream,
  { host = HOST, others = [] }: ProxyOptions = {},
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), `doorcode-${name}-`));
  const files = {
    folder,
    cert: join(folder, "cert.pem"),
    key: join(folder, "key.pem"),
    both: join(folder, "both.pem"),
  };
  const authority = await createAuthority([host], Date.now());
  const leaf = await issueLeaf(authority, [host], Date.now());
  await writeFile(files.cert, leaf.cert);
  await writeFile(files.key, leaf.key, { mode: 0o600 });
  await writeFile(files.both, leaf.cert + leaf.key, { mode: 0o600 });
  const ports = { httpsPort: await freePort(), httpPort: await freePort() };
  const [command, args, log, errors] = await proxies[name](files, { ...upstream, ...ports, others });
  const own = { ...env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const running = startCommand(command, args, { cwd: folder, env: own });
  let output = "";
  for (const stream of [running.child.stdout, running.child.stderr]) {
    stream?.on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const end = async () => {
    running.child.kill("SIGKILL");
    await running.ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      Promise.all([ports.httpPort, ports.httpsPort].map(accepts)),
      running.ended.then(({ stdout, stderr }) => Promise.reject(new Error(`${name} ended:\n${stdout}${stderr}`))),
    ]);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    ...ports,
    ca: authority.pem,
    accessLog: async () => (log === undefined ? output : readFile(log, "utf8")),
    errorLog: async () => output + (errors === undefined ? "" : await readFile(errors, "utf8")),
    [Symbol.asyncDispose]: end,
  };
}

/** The configuration as shipped, with each text replaced; throws if one is not there. */
export async function shipped(file: string, values: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(join(root, "deploy", file), "utf8");
  for (const [from, to] of Object.entries(values)) {
    if (!text.includes(from)) throw new Error(`deploy/${file} does not contain ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

type Ports = Upstream & { httpsPort: number; httpPort: number; others: Upstream[] };
type Start = (
  files: Files,
  ports: Ports,
) => Promise<[command: string, args: string[], accessLog?: string, errorLog?: string]>;

const proxies: Record<ProxyName, Start> = {
  async nginx({ folder, cert, key }, { port, httpPort, httpsPort }) {
    const [log, errors] = [join(folder, "access.log"), join(folder, "error.log")];
    const site = await shipped("proxies/nginx.conf", {
      "listen 80;": `listen 127.0.0.1:${httpPort};`,
      "listen [::]:80;": `listen [::1]:${httpPort};`,
      "listen 443 ": `listen 127.0.0.1:${httpsPort} `,
      "listen [::]:443 ": `listen [::1]:${httpsPort} `,
      "127.0.0.1:8443": `127.0.0.1:${port}`,
      "/etc/doorcode/tls/fullchain.pem": cert,
      "/etc/doorcode/tls/privkey.pem": key,
      "/var/log/nginx/doorcode.log": log,
      "/var/log/nginx/doorcode-error.log": errors,
    });
    const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (kind) => `${kind}_temp_path ${join(folder, kind)};`,
    );
    const main = [
      // As root it would switch to another user, who cannot read this folder.
      ...(process.getuid?.() === 0 ? ["user root;"] : []),
      `daemon off; pid ${join(folder, "nginx.pid")}; worker_processes 1; master_process off;`,
      `events {} http { ${temp.join(" ")} include site.conf; }`,
    ];
    await writeFile(join(folder, "site.conf"), site);
    await writeFile(join(folder, "nginx.conf"), main.join("\n"));
    return ["nginx", ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")], log, errors];
  },

  async haproxy({ folder, both }, { port, monitoringPort, httpPort, httpsPort, others }) {
    const checked = (each: Upstream) => `check port ${each.monitoringPort} inter 500ms fall 2 rise 1`;
    const more = others.map((each, at) => `    server tenant${at + 2} 127.0.0.1:${each.port} ${checked(each)}\n`);
    const text = await shipped("proxies/haproxy.cfg", {
      "log /dev/log local0": "log stdout format raw local0",
      "bind 0.0.0.0:80\n": `bind 127.0.0.1:${httpPort}\n`,
      "bind [::]:80 ": `bind [::1]:${httpPort} `,
      "bind 0.0.0.0:443 ": `bind 127.0.0.1:${httpsPort} `,
      "bind [::]:443 ": `bind [::1]:${httpsPort} `,
      // A busy node must not look like one that is gone. By default a check may take no longer than `inter`.
      ...(others.length === 0 && { "timeout server 90s\n": "timeout server 90s\n    timeout check 30s\n" }),
      "127.0.0.1:8443": `127.0.0.1:${port}`,
      "check port 9464 inter 2s fall 2 rise 1\n": `${checked({ port, monitoringPort })}\n${more.join("")}`,
      "/etc/doorcode/tls/doorcode.pem": both,
    });
    await writeFile(join(folder, "haproxy.cfg"), text);
    return ["haproxy", ["-db", "-f", join(folder, "haproxy.cfg")]];
  },

  async caddy({ folder, cert, key }, { port, monitoringPort, httpPort, httpsPort }) {
    const own = ["admin off", `http_port ${httpPort}`, `https_port ${httpsPort}`, "default_bind 127.0.0.1 [::1]"];
    const site = await shipped("proxies/Caddyfile", {
      "{\n\tlog {": `{\n${own.join("\n")}\n\tlog {`,
      "# tls /etc/doorcode/tls/fullchain.pem /etc/doorcode/tls/privkey.pem": `tls ${cert} ${key}`,
      "127.0.0.1:8443": `127.0.0.1:${port}`,
      "health_port 9464": `health_port ${monitoringPort}`,
      "health_interval 2s": "health_interval 100ms",
    });
    await mkdir(join(folder, "caddy"), { recursive: true });
    await writeFile(join(folder, "Caddyfile"), site);
    return ["caddy", ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")]];
  },
};

/** Resolves when something listens there. */
async function accepts(port: number): Promise<void> {
  const until = Date.now() + 120_000;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("connect", () => socket.destroy()).once("error", () => resolve(false));
    });
    if (open) return;
    if (Date.now() > until) throw new Error(`Nothing listens on port ${port}.`);
    await delay(20);
  }
}
