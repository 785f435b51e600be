// The service as systemd runs it: systemd checks the unit, and the program starts with what the unit gives it.
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient, openFileStore } from "@doorcode/client";
import jsqr from "jsqr";
import { connectAsync } from "mqtt";
import { startTestTenant, type TestTenant } from "../../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { type RunningTodoList, startTodoListApi } from "../../todolist-api/src/start.ts";
import { type Mosquitto, startMosquitto, withoutMosquitto } from "./mosquitto.ts";

const here = (path: string) => fileURLToPath(import.meta.resolve(path));
const unit = await readFile(here("../doorcode-sensor.service"), "utf8");
/** The values of a directive, in the unit's order. */
const directives = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value!);

const isMissing = (tool: string) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined;
const withoutSystemd =
  (isMissing("systemd-analyze") || isMissing("systemd-notify")) &&
  "needs systemd-analyze and systemd-notify of systemd";
/** Node.js has no Unix datagram sockets. */
const withoutPython = isMissing("python3") && "needs python3, for the socket that systemd listens on";

describe("doorcode-sensor.service", { timeout: 300_000 }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorcode-service-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("is a unit that systemd accepts, with few permissions beyond its work", {
    skip: withoutSystemd,
  }, async () => {
    const file = join(folder, "doorcode-sensor.service");
    // This machine's Node.js may be elsewhere.
    await writeFile(file, unit.replaceAll("/usr/bin/node", process.execPath));
    const analyze = (...args: string[]) => spawnSync("systemd-analyze", [...args, file], { encoding: "utf8" });
    const verified = analyze("verify");
    assert.deepEqual([verified.status, verified.stdout + verified.stderr], [0, ""]);
    // From 0, exposed to nothing, to 100.
    const secured = analyze("security", "--offline=true", "--threshold=20");
    assert.equal(secured.status, 0, secured.stdout);
  });

  describe("running", { skip: withoutMosquitto || withoutSystemd || withoutPython }, () => {
    let broker: Mosquitto;
    let tenant: TestTenant;
    let todoList: RunningTodoList;
    let listener: ChildProcess;
    /** The lines that systemd received. */
    const received: string[] = [];
    const env: Record<string, string> = {};

    before(async () => {
      [broker, tenant] = await Promise.all([startMosquitto(), startTestTenant()]);
      const { issuer, tenantId, ca, clock, apis, authority, apps } = tenant;
      todoList = await startTodoListApi({ issuer, audience: apis[0]!.clientId, tenantId, ca, clock });
      const credentials = join(folder, "credentials");
      await mkdir(credentials, { mode: 0o700 });
      const secrets: Record<string, string | Buffer> = {
        "mqtt-password": `${broker.passwords.sensor}\n`,
        "doorcode-key": randomBytes(32),
      };
      for (const credential of directives("LoadCredential")) {
        const name = credential.split(":")[0]!;
        await writeFile(join(credentials, name), secrets[name]!, { mode: 0o400 });
      }
      await writeFile(join(folder, "broker.pem"), broker.ca);
      await writeFile(join(folder, "tenant.pem"), ca);
      for (const setting of directives("Environment")) {
        const [name, value] = setting.split("=");
        env[name!] = value!.replace("%S", folder);
      }
      Object.assign(env, {
        PATH: process.env.PATH,
        CREDENTIALS_DIRECTORY: credentials,
        NOTIFY_SOCKET: join(folder, "notify"),
        WATCHDOG_USEC: "400000",
        AUTHORITY: authority,
        CLIENT_ID: apps[0]!.clientId,
        SCOPES: `api://${apis[0]!.clientId}/ToDoList.ReadWrite`,
        TODO_LIST_ENDPOINT: `${todoList.url}/api/todolist`,
        MQTT_URL: broker.url,
        MQTT_CA_FILE: join(folder, "broker.pem"),
        DOORCODE_CA_FILE: join(folder, "tenant.pem"),
      });
      const receive = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("LISTENING", flush=True)
while True: print(s.recv(4096).decode(), flush=True)`;
      listener = spawn("python3", ["-c", receive, env.NOTIFY_SOCKET!], { stdio: ["ignore", "pipe", "inherit"] });
      createInterface({ input: listener.stdout! }).on("line", (line) => received.push(line));
      await until(() => received.includes("LISTENING"));
    });
    after(async () => {
      listener.kill();
      await todoList.close();
      await tenant.close();
      await broker.close();
    });

    /** The command of the unit, from this folder instead of /opt/doorcode. */
    async function service(use: (child: ChildProcess) => Promise<void>): Promise<void> {
      const [, program] = directives("ExecStart")[0]!.split(" ");
      const child = spawn(process.execPath, [here(`../${basename(program!)}`)], { env, stdio: "ignore" });
      const ended = once(child, "exit");
      try {
        await use(child);
      } finally {
        child.kill();
        await ended;
      }
      assert.deepEqual([child.exitCode], directives("SuccessExitStatus").map(Number));
    }

    async function until<T>(what: () => T | undefined | Promise<T | undefined>): Promise<T> {
      for (let tries = 0; tries < 10_000; tries++) {
        const found = await what();
        if (found) return found;
        await delay(10);
      }
      return assert.fail(`never came true: ${what}\n${received.join("\n")}`);
    }

    /** Runs the other screen as a separate program. */
    async function onScreen(use: (output: () => string) => Promise<void>): Promise<void> {
      const password = join(folder, "screen-password");
      await writeFile(password, broker.passwords.screen);
      const { MQTT_URL, MQTT_CA_FILE, PATH } = env as Record<string, string>;
      const child = spawn(process.execPath, [here("../screen.ts")], {
        env: { PATH, MQTT_URL, MQTT_CA_FILE, MQTT_USERNAME: "screen", MQTT_PASSWORD_FILE: password },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      try {
        await use(() => output);
      } finally {
        child.kill();
        await once(child, "exit");
      }
    }

    test("shows its code on another screen, with a QR code that a camera can read, and removes it at its end", async () => {
      await onScreen(async (output) => {
        await service(async () => {
          const shown = /^greenhouse: open (\S+) and enter (\S+)\n([^a-z]+)\n\n/m;
          const [, page, code, picture] = (await until(() => shown.exec(output())))!;
          assert.equal(readQr(picture!), `${page}?user_code=${code}`);
          await until(() => received.includes("READY=1"));
          await until(() => received.includes("STATUS=Waiting for the sign-in"));
          await until(() => received.filter((line) => line === "WATCHDOG=1").length > 1);
        });
        await until(() => received.includes("STOPPING=1"));
        await until(() => /enter[\s\S]*greenhouse: no code/.test(output()));
      });
    });

    test("another screen shows no message that is not a code", async () => {
      await onScreen(async (output) => {
        const login = { username: "greenhouse", password: broker.passwords.sensor };
        const sensor = await connectAsync(broker.url, { protocolVersion: 5, ca: broker.ca, ...login });
        await until(async () => {
          await sensor.publishAsync("doorcode/greenhouse/code", '{"event":"\x1b]0;', { retain: false });
          return output().includes("greenhouse: no code");
        });
        await sensor.endAsync();
      });
    });

    test("is signed in after a restart, with the tokens encrypted by the key that systemd loads", async () => {
      await tenant.admin.people.add({ email: "ada@contoso.example", displayName: "Ada" });
      const directory = env.STORE_DIRECTORY!;
      const store = await openFileStore({ directory, env });
      assert.equal(store.describe().key, "systemd");
      const { authority, ca, apps, approve } = tenant;
      const approves = {
        async show(event: { event: string; code?: { userCode: string } }) {
          if (event.code) await approve(event.code.userCode, { as: "ada@contoso.example" });
          tenant.clock.advance(6_000);
        },
      };
      const clock = { now: tenant.clock.now, sleep: async (ms: number) => tenant.clock.advance(ms) };
      const scopes = [env.SCOPES!];
      await createClient({
        authority,
        ca,
        clientId: apps[0]!.clientId,
        scopes,
        store,
        clock,
        present: approves,
      }).signIn();

      const screen = await connectAsync(broker.url, {
        ...{ protocolVersion: 5, ca: broker.ca, username: "screen", password: broker.passwords.screen },
      });
      const seen: string[] = [];
      screen.on("message", (topic, payload) => void seen.push(`${topic} ${payload}`));
      await screen.subscribeAsync("doorcode/#");
      for (let starts = 0; starts < 2; starts++) {
        [seen.length, received.length] = [0, 0];
        await service(async () => {
          await until(() => seen.some((message) => message.includes('"state":"signed_in"')));
          await until(() => received.includes("STATUS=Signed in as ada@contoso.example"));
        });
        await until(() => seen.at(-1)?.includes('"state":"offline"'));
        assert.ok(!seen.some((message) => message.includes("user_code")), "no code was asked for");
      }
      await screen.endAsync();
    });

    test("names a missing setting", () => {
      const { MQTT_URL: _, ...less } = env;
      const { status, stderr } = spawnSync(process.execPath, [here("../index.ts")], { env: less, encoding: "utf8" });
      assert.match(stderr, /^Set the environment variable MQTT_URL/m);
      assert.equal(status, 2);
    });
  });
});

/** A QR code of half blocks, two modules in a character, as a camera sees it: dark on light or light on dark. */
function readQr(blocks: string): string | undefined {
  const rows = blocks.split("\n").filter((row) => row !== "");
  const [scale, width] = [4, Math.max(...rows.map((row) => row.length))];
  const [columns, lines] = [width * scale, rows.length * 2 * scale];
  const pixels = new Uint8ClampedArray(columns * lines * 4).fill(255);
  for (let y = 0; y < lines; y++) {
    for (let x = 0; x < columns; x++) {
      const half = Math.floor(y / scale);
      const block = rows[Math.floor(half / 2)]![Math.floor(x / scale)] ?? " ";
      const isSet = block === "█" || block === (half % 2 === 0 ? "▀" : "▄");
      pixels.fill(isSet ? 255 : 0, (y * columns + x) * 4, (y * columns + x) * 4 + 3);
    }
  }
  return jsqr.default(pixels, columns, lines)?.data;
}
