/**
 * The README's picture of a terminal, light and dark: the real `doorcode login` and `status` in tmux, against a real tenant.
 * `node tools/build.mjs && node tools/node24.mjs tests/gallery/terminal-picture.ts`
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { terminalPage } from "./terminal-page.ts";

const root = join(import.meta.dirname, "../..");
const COLUMNS = 92;
const ROWS = 32;
const NAME = "build-server";
const HOST = "login.contoso.example";

const folder = await mkdtemp(join(tmpdir(), "doorcode-picture-"));
const socket = join(folder, "tmux");
const tmux = async (...args: string[]) => (await promisify(execFile)("tmux", ["-S", socket, ...args])).stdout;

try {
  const authority = await createAuthority([HOST], Date.now());
  const leaf = await issueLeaf(authority, [HOST], Date.now());
  await writeFile(join(folder, "ca.pem"), authority.pem);
  await writeFile(join(folder, "cert.pem"), leaf.cert);
  await writeFile(join(folder, "key.pem"), leaf.key, { mode: 0o600 });
  await using tenant = await startTestTenant({
    clock: "moving",
    publicUrl: `https://${HOST}`,
    certificate: { certFile: join(folder, "cert.pem"), keyFile: join(folder, "key.pem") },
  });
  await using proxy = await proxyTo(tenant.port);
  const lines = await session(tenant, proxy.port);
  await takePictures(lines);
} finally {
  await tmux("kill-server").catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
}

/** What the terminal shows after a sign-in, with escape sequences for colors only. */
async function session(tenant: TestTenant, proxyPort: number): Promise<string[]> {
  const ada = await addUser(tenant, "ada@contoso.example", "Ada Lovelace");
  const api = tenant.apis[0]!.clientId;
  await writeFile(
    join(folder, "doorcode"),
    `#!/bin/sh\nexec ${process.execPath} ${root}/packages/cli/bin/doorcode.cjs "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const env = {
    PATH: `${folder}:/usr/bin:/bin`,
    HOME: folder,
    LANG: "C.UTF-8",
    PS1: "$ ",
    HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
    DOORCODE_CA_FILE: join(folder, "ca.pem"),
    DOORCODE_STORE_DIR: join(folder, "store"),
    DOORCODE_AUTHORITY: tenant.authority,
    DOORCODE_CLIENT_ID: tenant.apps[0]!.clientId,
  };
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  await tmux(
    "-f",
    "/dev/null",
    "new-session",
    "-d",
    "-x",
    `${COLUMNS}`,
    "-y",
    `${ROWS}`,
    "env",
    "-i",
    "TERM=tmux-256color",
    ...settings,
    // Another host name, so that the picture does not show this machine's.
    ...["unshare", "--uts", "--map-root-user", "sh", "-c", `hostname ${NAME} && exec sh`],
  );
  await tmux("set", "-g", "status", "off");
  const screen = async () => (await tmux("capture-pane", "-p", "-e")).split("\n");
  const until = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; tries < 1_200; tries++) {
      const found = pattern.exec(plain((await screen()).join("\n")));
      if (found) return found[1] ?? found[0];
      await pause(100);
    }
    throw new Error(`The terminal never shows ${pattern}:\n${(await screen()).join("\n")}`);
  };
  await until(/^\$ ?$/m);
  await tmux("send-keys", `doorcode login --scope api://${api}/ToDoList.Read`, "Enter");
  await approve(tenant, (await until(/\b([B-Z]{4}-[B-Z]{4})\b/)).replace("-", ""), ada);
  await until(/Signed in/);
  await tmux("send-keys", "doorcode status", "Enter");
  await until(/doorcode status\n[\s\S]*\n\$ ?\n*$/);
  return await screen();
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are removed.
  return text.replace(/\u001b\[[\d;]*m/g, "");
}

/** A proxy that resolves every name to the tenant, so that the program sees it as the internet. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer().on("connect", (_request, client: Socket) => {
    const upstream = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const each of [client, upstream]) sockets.add(each.on("error", () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const each of sockets) each.destroy();
      server.close();
    },
  };
}

async function takePictures(lines: string[]): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const scheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, deviceScaleFactor: 2 });
      await page.setContent(terminalPage(lines, { columns: COLUMNS, scheme }));
      const picture = await page.locator("body").screenshot({ omitBackground: true });
      await writeFile(join(root, "docs/images", `terminal-${scheme}.png`), picture);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
