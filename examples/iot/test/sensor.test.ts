// The sensor on real parts: a tenant, a web API, Debian's Mosquitto with TLS and passwords, another screen.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, createClient, memoryStore } from "@doorcode/client";
import { connectAsync, type MqttClient } from "mqtt";
import { manualClock } from "../../../packages/tenant/test/fixtures/manual-clock.ts";
import { startTestTenant, type TestTenant } from "../../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { freePort } from "../../../tests/fixtures/free-port.ts";
import { type RunningTodoList, startTodoListApi } from "../../todolist-api/src/start.ts";
import { type Board, openBoard } from "../board.ts";
import { type RunningSensor, type SensorOptions, startSensor } from "../sensor.ts";
import { type Mosquitto, startMosquitto, withoutMosquitto } from "./mosquitto.ts";

const [SECOND, MINUTE, DAY] = [1_000, 60_000, 86_400_000];
const ada = "ada@contoso.example";

describe("the sensor", { timeout: 300_000, skip: withoutMosquitto }, () => {
  const time = manualClock();
  let folder: string;
  let broker: Mosquitto;
  let tenant: TestTenant;
  let todoList: RunningTodoList;
  let screen: MqttClient;
  /** The messages that arrived at the screen, oldest first; an empty message is an empty text. */
  let seen: { topic: string; text: string; retain: boolean; expiry: number | undefined }[] = [];
  const running: { close(): Promise<void> }[] = [];
  /** Those of the tenant and of the web API, also after a restart. */
  let ports: { port: number; pagesPort: number; api: number };

  async function startServices({ api, ...rest }: typeof ports): Promise<void> {
    tenant = await startTestTenant({
      clock: time,
      dataDir: folder,
      sqliteFile: join(folder, "tenant.sqlite"),
      ...rest,
    });
    const { issuer, tenantId, ca, apis } = tenant;
    const store = join(folder, "todolist.sqlite");
    todoList = await startTodoListApi({
      issuer,
      audience: apis[0]!.clientId,
      tenantId,
      ca,
      clock: time,
      port: api,
      store,
    });
  }
  async function stopServices(): Promise<void> {
    await todoList.close();
    await tenant.close();
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "doorcode-sensor-"));
    ports = { port: await freePort(), pagesPort: await freePort(), api: await freePort() };
    [broker] = await Promise.all([startMosquitto(), startServices(ports)]);
    await tenant.admin.people.add({ email: ada, displayName: "Ada" });
  });
  after(async () => {
    await stopServices();
    await broker.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    seen = [];
    const { url, ca, passwords } = broker;
    const login = { username: "screen", password: passwords.screen };
    screen = await connectAsync(url, { protocolVersion: 5, ca, reconnectPeriod: 50, ...login });
    screen.on("message", (topic, payload, { retain, properties }) => {
      seen.push({ topic, text: payload.toString(), retain, expiry: properties?.messageExpiryInterval });
    });
    screen.on("error", () => undefined);
    await screen.subscribeAsync("doorcode/greenhouse/#");
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.close();
    // A broker keeps a retained message for the next screen.
    await screen.endAsync(true);
    await broker.stop();
    await broker.start();
  });

  /** Time that only the test moves. */
  const clock: Clock = {
    now: () => time.now(),
    async sleep(ms, signal) {
      const end = time.now() + ms;
      while (time.now() < end) await delay(5, undefined, { signal });
    },
  };

  /** Waits for a condition while time passes in steps of six seconds: the client polls, the sensor reads. */
  async function until<T>(what: () => T | undefined, step = 6 * SECOND): Promise<T> {
    for (let tries = 0; tries < 6_000; tries++) {
      const found = what();
      if (found) return found;
      if (tries % 10 === 9) time.advance(step);
      await delay(10);
    }
    return assert.fail(`never came true: ${what}\n${seen.map(({ topic, text }) => `${topic} ${text}`).join("\n")}`);
  }

  const messages = (name: string) => seen.filter(({ topic }) => topic === `doorcode/greenhouse/${name}`);
  const codes = () => messages("code").filter(({ text }) => text !== "");
  /** No time passes until the first one is there: a code that is shown late would have less of its life left. */
  const code = (at = 0) =>
    until(() => codes()[at] && (JSON.parse(codes()[at]!.text).user_code as string), at === 0 ? 0 : 6 * SECOND);
  const status = (state: string) =>
    until(() => {
      const last = messages("status").at(-1);
      return last?.text.includes(`"state":"${state}"`) ? JSON.parse(last.text) : undefined;
    });

  function board(more: { password?: string; log?: (line: string) => void } = {}): Board {
    const { url, ca, passwords } = broker;
    const opened = openBoard({
      ...{ url, ca, topic: "doorcode/greenhouse", username: "greenhouse", password: passwords.sensor },
      ...{ reconnectMs: 50, now: time.now, log: () => undefined, ...more },
    });
    running.push(opened);
    return opened;
  }

  const clientOptions = () => ({
    authority: tenant.authority,
    clientId: tenant.apps[0]!.clientId,
    ca: tenant.ca,
    apis: [{ origin: todoList.url, scopes: [`api://${tenant.apis[0]!.clientId}/ToDoList.ReadWrite`] }],
    clock,
  });

  async function start(more: Partial<SensorOptions> = {}): Promise<RunningSensor> {
    let reading = 0;
    const sensor = await startSensor({
      ...clientOptions(),
      todoListEndpoint: `${todoList.url}/api/todolist`,
      name: "greenhouse",
      read: () => `${++reading} °C`,
      store: memoryStore(),
      board: more.board ?? board(),
      ...more,
    });
    running.unshift(sensor);
    return sensor;
  }

  test("shows a code on another screen until it is used, and reports who signed in and what it measures", async () => {
    const store = memoryStore();
    await start({ store });
    const userCode = await code();
    const [shown] = codes();
    const { expires_at, message: _, ...rest } = JSON.parse(shown!.text);
    assert.deepEqual(rest, {
      v: 1,
      event: "code",
      user_code: userCode,
      verification_uri: `${tenant.pages}/device`,
      verification_uri_complete: `${tenant.pages}/device?user_code=${userCode}`,
    });
    assert.ok(Date.parse(expires_at) > time.now());
    assert.ok(shown!.expiry! > 14 * 60 && shown!.expiry! <= 15 * 60, "the broker drops it when the code expires");
    await status("waiting_for_sign_in");

    await tenant.approve(userCode, { as: ada });
    const report = await status("signed_in");
    assert.deepEqual(report.account, { name: "Ada", username: ada });
    assert.equal(messages("code").at(-1)!.text, "", "the code is taken away");
    await until(() => messages("status").some(({ text }) => text.includes("3 °C")));
    const session = await createClient({ ...clientOptions(), store }).session();
    const todos = (await (await session!.fetch(`${todoList.url}/api/todolist`)).json()) as { description: string }[];
    assert.equal(todos.length, 1, "one to-do holds the last reading");
    assert.match(todos[0]!.description, /^greenhouse: \d+ °C$/);
  });

  test("a screen that is turned on later shows the code too, and no code after the sensor ended", async () => {
    const sensor = await start();
    await code();
    await screen.unsubscribeAsync("doorcode/greenhouse/#");
    seen = [];
    await screen.subscribeAsync("doorcode/greenhouse/#");
    await until(() => codes()[0]?.retain);
    await sensor.close();
    await until(() => messages("code").at(-1)?.text === "");
  });

  test("after a restart it is still signed in, without a new code", async () => {
    const store = memoryStore();
    const sensor = await start({ store });
    await tenant.approve(await code(), { as: ada });
    await status("signed_in");
    await sensor.close();
    seen = [];
    await start({ store });
    assert.equal((await status("signed_in")).account.username, ada);
    assert.deepEqual(codes(), []);
  });

  test("a week without network: still signed in by renewal, without a new code", async () => {
    const states: string[] = [];
    await start({ onState: (line) => states.push(line) });
    await tenant.approve(await code(), { as: ada });
    await status("signed_in");
    await Promise.all([stopServices(), broker.stop()]);
    states.length = 0;
    const back = time.now() + 7 * DAY;
    await until(() => time.now() > back, DAY / 4);
    await until(() => states.at(-1)?.startsWith("Retrying as ada@contoso.example: "));
    assert.ok(states.every((state) => !state.startsWith("Not signed in")));

    seen = [];
    await Promise.all([startServices(ports), broker.start()]);
    const { account, sent_at } = await status("signed_in");
    assert.equal(account.username, ada);
    assert.ok(Date.parse(sent_at) >= back);
    assert.deepEqual(codes(), []);
  });

  test("a declined or expired code is not followed by another until a user asks for one", async () => {
    await start();
    await tenant.deny(await code());
    assert.match((await status("sign_in_needed")).detail, /^The sign-in was declined/);
    for (let minute = 0; minute < 60; minute++) {
      time.advance(MINUTE);
      await delay(10);
    }
    assert.equal(codes().length, 1);
    await screen.publishAsync("doorcode/greenhouse/new-code", "");
    assert.notEqual(await code(1), JSON.parse(codes()[0]!.text).user_code);
    await status("waiting_for_sign_in");
    time.advance(16 * MINUTE);
    await status("sign_in_needed");
    assert.equal(messages("code").at(-1)!.text, "");
  });

  test("a sign-in that was ended elsewhere leads to a new code", async () => {
    const email = "grace@contoso.example";
    const { id } = await tenant.admin.people.add({ email, displayName: "Grace" });
    await start();
    await tenant.approve(await code(), { as: email });
    await status("signed_in");
    await tenant.admin.people.endSignIns(id);
    // The access token is valid for an hour; the renewal after that is refused.
    time.advance(60 * MINUTE);
    await code(1);
  });

  test("only the expected account may sign in", async () => {
    const email = "mallory@contoso.example";
    await tenant.admin.people.add({ email, displayName: "Mallory" });
    const store = memoryStore();
    await start({ expectAccount: ada, store });
    await tenant.approve(await code(), { as: email });
    assert.match(
      (await status("sign_in_needed")).detail,
      /mallory@contoso\.example signed in, .*ada@contoso\.example was expected/,
    );
    assert.equal(await createClient({ ...clientOptions(), store }).session(), undefined);
  });

  test("continues without the broker, and shows the code as soon as the broker is back", async () => {
    await broker.stop();
    const lines: string[] = [];
    await start({ board: board({ log: (line) => lines.push(line) }) });
    await until(() => lines[0], 0);
    await delay(200);
    assert.equal(lines.length, 1, "said once");
    assert.match(lines[0]!, /^The MQTT broker at localhost: .*Trying again\.$/);
    await broker.start();
    await tenant.approve(await code(), { as: ada });
    await status("signed_in");
    assert.equal(lines.at(-1), "The MQTT broker at localhost answers again.");
  });

  test("a wrong password is named", async () => {
    const lines: string[] = [];
    board({ password: "wrong", log: (line) => lines.push(line) });
    assert.match(await until(() => lines[0], 0), /Not authorized/);
    assert.ok(!lines.join().includes("wrong"));
  });
});

test("the sensor sends its password to another machine only by TLS", () => {
  const options = { topic: "doorcode/greenhouse", username: "greenhouse", password: "x", log: () => undefined };
  assert.throws(() => openBoard({ url: "mqtt://broker.example", ...options }), {
    message: "MQTT_URL is mqtt://broker.example, which would send the password in the clear. Use mqtts://.",
  });
});
