// The printer on real parts: a tenant, a web API, a receipt printer on a TCP port, and Debian's CUPS.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Clock, createClient, memoryStore, type TokenStore } from "@doorcode/client";
import { startTestTenant, type TestTenant } from "../../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { freePort } from "../../../tests/fixtures/free-port.ts";
import { type RunningTodoList, startTodoListApi } from "../../todolist-api/src/start.ts";
import { type EscPosOptions, escPosPrinter } from "../escpos.ts";
import { ippPrinter } from "../ipp.ts";
import { type Print, type Receipt, type RunningPrinter, startPrinter } from "../printer.ts";
import { type Cups, startCups, withoutCups } from "./cups.ts";
import { type EscPosDevice, startEscPosDevice } from "./escpos-device.ts";

const MINUTE = 60_000;
const ada = "ada@contoso.example";

/** Waits for a condition, and lets the client poll: each round is six seconds of its time. */
async function until(what: () => unknown, clock?: { advance(ms: number): void }): Promise<void> {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 10_000) assert.fail(`never came true: ${what}`);
    if (tries % 10 === 9) clock?.advance(6_000);
    await delay(10);
  }
}

describe("the printer", { timeout: 300_000 }, () => {
  let tenant: TestTenant;
  let todoList: RunningTodoList;
  let device: EscPosDevice;
  let running: RunningPrinter | undefined;
  let log: string[] = [];
  /** Receipts that have not come out completely: the button is ignored meanwhile. */
  let coming = 0;

  before(async () => {
    [tenant, device] = await Promise.all([startTestTenant(), startEscPosDevice()]);
    const { issuer, tenantId, ca, clock, apis } = tenant;
    todoList = await startTodoListApi({ issuer, audience: apis[0]!.clientId, tenantId, ca, clock });
    await tenant.admin.people.add({ email: ada, displayName: "Ada" });
  });
  afterEach(async () => {
    await running?.close();
    [device.fault, device.receipts, log] = [undefined, [], []];
  });
  after(async () => {
    await device.close();
    await todoList.close();
    await tenant.close();
  });

  /** Time that only the test moves: a poll waits until it is due. */
  const clock: Clock = {
    now: () => tenant.clock.now(),
    async sleep(ms, signal) {
      const end = tenant.clock.now() + ms;
      while (tenant.clock.now() < end) await delay(5, undefined, { signal });
    },
  };

  const onReceipts = (more: Partial<EscPosOptions> = {}) =>
    escPosPrinter({ host: "127.0.0.1", port: device.port, timeoutMs: 120_000, answerMs: 120_000, ...more });

  const options = (store: TokenStore) => ({
    authority: tenant.authority,
    clientId: tenant.apps[0]!.clientId,
    ca: tenant.ca,
    apis: [{ origin: todoList.url, scopes: [`api://${tenant.apis[0]!.clientId}/ToDoList.ReadWrite`] }],
    todoListEndpoint: `${todoList.url}/api/todolist`,
    deviceName: "Kitchen printer",
    ...{ store, clock },
  });

  async function start({ print = onReceipts(), store = memoryStore() }: { print?: Print; store?: TokenStore } = {}) {
    const counted: Print = async (receipt) => {
      coming++;
      await print(receipt).finally(() => coming--);
    };
    running = await startPrinter({ ...options(store), print: counted, log: (line) => log.push(line) });
    return running;
  }

  /** The receipt with that title, when it has come out. */
  async function receipt(title: string, at = 0): Promise<{ text: string[]; qr: string[] }> {
    const found = () => device.receipts.filter(({ text }) => text[0] === title);
    await until(() => found().length > at && coming === 0, tenant.clock);
    return found()[at]!;
  }
  const codeOn = ({ text }: { text: string[] }) => text[1]!;

  test("prints code and QR code, then who is signed in, and the to-dos on each press; a restart keeps the sign-in", async () => {
    const store = memoryStore();
    await start({ store });
    const paper = await receipt("Sign in to this printer");
    assert.deepEqual(paper.qr, [`${tenant.pages}/device?user_code=${codeOn(paper)}`]);
    assert.match(
      paper.text.join(" "),
      /or open http:\/\/localhost:\d+\/device and enter the code\. It expires in 15 minutes\./,
    );
    await tenant.approve(codeOn(paper), { as: ada });
    assert.equal((await receipt("Signed in")).text[1], "Ada (ada@contoso.example)");

    const { todoListEndpoint, ...client } = options(store);
    const session = await createClient(client).session();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ description: "Water the plants" });
    await session?.fetch(todoListEndpoint, { method: "POST", headers, body });

    const printer = await start({ store });
    assert.match(log.at(-1)!, /^Signed in as Ada/);
    await printer.press();
    assert.deepEqual((await receipt("To-dos of Ada")).text, ["To-dos of Ada", "[ ] Water the plants"]);
    await printer.signOut();
    await printer.press();
    assert.notEqual(codeOn(await receipt("Sign in to this printer", 1)), codeOn(paper));
  });

  test("prints why it is not signed in, and a new code only on a press", async () => {
    const printer = await start();
    await tenant.deny(codeOn(await receipt("Sign in to this printer")));
    assert.equal((await receipt("Not signed in")).text[1], "The sign-in was declined.");
    await printer.press();
    await receipt("Sign in to this printer", 1);
    tenant.clock.advance(16 * MINUTE);
    assert.equal((await receipt("Not signed in", 1)).text[1], "The code has expired.");
    tenant.clock.advance(60 * MINUTE);
    await delay(50);
    assert.equal(device.receipts.length, 4, "paper is for codes that someone asked for");
  });

  test("a press while a code is valid prints another one", async () => {
    const printer = await start();
    const first = codeOn(await receipt("Sign in to this printer"));
    await until(async () => {
      await printer.press();
      return device.receipts.length > 1;
    });
    assert.notEqual(codeOn(await receipt("Sign in to this printer", 1)), first);
  });

  for (const [fault, sentence] of [
    ["no-paper", /^The receipt printer at 127\.0\.0\.1:\d+ is out of paper\. Put in a new roll\.$/],
    ["runs-out", /^The receipt printer at 127\.0\.0\.1:\d+ is out of paper\. Put in a new roll\.$/],
    ["open", /^The receipt printer at 127\.0\.0\.1:\d+ is open\. Close its cover\.$/],
  ] as const) {
    test(`a printer with the fault ${fault} is named, and the sign-in continues with the code in the log`, async () => {
      device.fault = fault;
      // A printer that runs out of paper does not say that it printed.
      await start({ print: onReceipts(fault === "runs-out" ? { timeoutMs: 500 } : {}) });
      await until(() => log.length === 2);
      assert.match(log[0]!, sentence);
      const [, code] = /^To sign in, open http\S+\/device and enter the code (\S+)\.$/.exec(log[1]!)!;
      assert.deepEqual(device.receipts, []);
      await tenant.approve(code!, { as: ada });
      await until(() => log.some((line) => line.startsWith("Signed in as Ada")), tenant.clock);
    });
  }

  test("an unreachable printer is named with its address", async () => {
    const print = escPosPrinter({ host: "127.0.0.1", port: 1 });
    await start({ print });
    await until(() => log.length === 2);
    assert.equal(
      log[0],
      "The receipt printer at 127.0.0.1:1 cannot be reached (ECONNREFUSED). Check that it is on and connected.",
    );
  });

  test("a printer that answers no status request still prints", async () => {
    device.fault = "silent";
    await onReceipts({ answerMs: 50 })(page);
    await until(() => device.receipts.length === 1);
  });

  test("commands in a text are not run", async () => {
    await onReceipts()({ title: "\x1b@\x1dV0", lines: ["\x10\x04\x02 \x1d(k"] });
    await until(() => device.receipts.length === 1);
    assert.deepEqual(device.receipts, [{ text: ["@ V0", "(k"], qr: [] }]);
  });

  describe("as a program", () => {
    const program = fileURLToPath(import.meta.resolve("../index.ts"));
    const run = (env: Record<string, string>) =>
      spawn(process.execPath, ["--conditions=doorcode-source", program], { env, stdio: ["pipe", "ignore", "pipe"] });

    test("Enter and a signal act as the button", async () => {
      const folder = await mkdtemp(join(tmpdir(), "doorcode-printer-"));
      await writeFile(join(folder, "ca.pem"), tenant.ca);
      const { authority, clientId, apis, todoListEndpoint } = options(memoryStore());
      const child = run({
        PRINTER: `tcp://127.0.0.1:${device.port}`,
        ...{ AUTHORITY: authority, CLIENT_ID: clientId, TODO_LIST_ENDPOINT: todoListEndpoint },
        ...{ SCOPES: apis[0]!.scopes[0]!, STORE_DIRECTORY: folder, DOORCODE_CA_FILE: join(folder, "ca.pem") },
      });
      try {
        await receipt("Sign in to this printer");
        child.stdin.write("\n");
        await receipt("Sign in to this printer", 1);
        child.kill("SIGUSR2");
        await receipt("Sign in to this printer", 2);
      } finally {
        child.kill();
        await once(child, "exit");
        await rm(folder, { recursive: true });
      }
    });

    test("names a printer's address that it cannot use", async () => {
      const needed = {
        AUTHORITY: "https://localhost:1/x",
        CLIENT_ID: "x",
        SCOPES: "x",
        TODO_LIST_ENDPOINT: "http://localhost",
      };
      const child = run({ ...needed, PRINTER: "lpt1" });
      assert.equal(
        await text(child.stderr),
        'PRINTER is "lpt1". Set it to tcp://HOST:PORT or ipp://HOST/printers/QUEUE.\n',
      );
    });
  });

  const page: Receipt = {
    title: "Sign in to this printer",
    lines: ["Für Zoë \x1b \u{1F600}"],
    code: "ABCD-EFGH",
    qr: "https://login.contoso.example/device?user_code=ABCD-EFGH",
  };

  describe("with CUPS", { skip: withoutCups }, () => {
    let cups: Cups;
    before(async () => {
      cups = await startCups();
    });
    after(() => cups.close());

    test("prints a page whose text and QR code can be read", async () => {
      await ippPrinter({ url: cups.queue })(page);
      const { text, qr } = await cups.page();
      assert.match(text, /Sign in to this printer\s+ABCD-EFGH\s+Für Zoë \? \?/);
      assert.equal(qr, page.qr);
    });

    test("a long list continues on a second page, and loses no word", async () => {
      const lines = Array.from({ length: 40 }, (_, at) => `[ ] to-do ${at} `.padEnd(50 + at, "of many words "));
      await ippPrinter({ url: cups.queue })({ title: "To-dos of Ada", lines });
      const { text } = await cups.page();
      assert.equal(text.split("\f").length - 1, 2);
      const words = (all: string) => all.split(/\s+/).filter(Boolean).join(" ");
      assert.equal(words(text), words(["To-dos of Ada", ...lines].join(" ")));
    });

    test("signs in by the printed page", async () => {
      let pages = 0;
      const print = ippPrinter({ url: cups.queue });
      await start({ print: (receipt) => print(receipt).then(() => void pages++) });
      await until(() => pages === 1);
      const { text, qr } = await cups.page();
      const [, code] = /Sign in to this printer\s+(\S+)/.exec(text)!;
      assert.equal(qr, `${tenant.pages}/device?user_code=${code}`);
      await tenant.approve(code!, { as: ada });
      await until(() => log.some((line) => line.startsWith("Signed in as Ada")), tenant.clock);
    });

    test("a printer that does not answer is named, and its job is canceled: the code would be old", async () => {
      await assert.rejects(ippPrinter({ url: cups.deadQueue, timeoutMs: 1_500 })(page), {
        message: `The printer ${cups.deadQueue} did not print the page in time. The page was canceled.`,
      });
      assert.equal(cups.jobs(), "");
    });

    test("names a queue that does not exist, one that is stopped, and an unreachable server", async () => {
      const unknown = cups.queue.replace("pages", "unknown");
      await assert.rejects(
        ippPrinter({ url: unknown })(page),
        /refused the request: The printer or class does not exist/,
      );
      cups.stopQueue();
      await assert.rejects(ippPrinter({ url: cups.queue })(page), { message: `The printer ${cups.queue} is stopped.` });
      await assert.rejects(
        ippPrinter({ url: `ipp://127.0.0.1:${await freePort()}/printers/pages` })(page),
        /cannot be reached \(ECONNREFUSED\)/,
      );
    });
  });
});
