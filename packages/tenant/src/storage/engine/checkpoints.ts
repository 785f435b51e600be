import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";

/** SQLite's own limit: from this many pages in the log on, a commit copies them into the file, and every request waits. */
const USUAL_PAGES = 1_000;
/** The same limit while the thread does it. It is reached only if the thread cannot keep up. */
const PAGES_BESIDE_THE_THREAD = 50_000;
/** The thread starts when the log has this size. Smaller logs need no checkpoint. */
const START_BYTES = 2 ** 21;
/** Between two checkpoints. Each one flushes log and file, so it must be much rarer than commits. */
const EVERY_MS = 250;
/**
 * While changes are being written, the thread never reaches the end of the log, and the log grows. If this many pages
 * are in it, and no more than `FEW_PAGES` are missing in the file, what needs the mutex waits until the thread has copied the
 * rest, and the log starts from its beginning. Prepared reads, and whatever else runs on the event loop, do not wait.
 */
const LONG_LOG = 4_000;
const FEW_PAGES = 1_000;

/** What `pragma wal_checkpoint` returns. -1: there is no log. */
interface Checkpointed {
  log: number;
  checkpointed: number;
}

/**
 * Copies pages from SQLite's log into the file in a thread of its own, because one copy can take longer than a request
 * may wait. Without it, the commit that fills the log does it on the event loop.
 *
 * Nothing depends on it but speed: every commit is on disk in the log. If the thread fails, commits do it again.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #writer: DatabaseSync;
  readonly #log: Logger | undefined;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: "small" | "starting" | "idle" | "copying" | "off" = "small";
  #fewPagesAreMissing = false;
  #resume: (() => void) | undefined;

  constructor(file: string, writer: DatabaseSync, log?: Logger) {
    this.#file = file;
    this.#writer = writer;
    this.#log = log;
  }

  /**
   * Call it after each commit, and begin no transaction before the promise is fulfilled. As long as the log is small, it
   * costs a `stat` now and then.
   */
  committed(): Promise<void> | undefined {
    if (this.#state === "off") return undefined;
    if (this.#fewPagesAreMissing) {
      this.#fewPagesAreMissing = false;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resume = resolve;
      this.#copy();
      return promise;
    }
    this.#timer ??= setTimeout(() => this.#checkpoint(), EVERY_MS).unref();
    return undefined;
  }

  /** Waits for the thread to close its connection. */
  async stop(): Promise<void> {
    this.#state = "off";
    this.#continue();
    clearTimeout(this.#timer);
    if (this.#worker === undefined) return;
    const ended = new Promise((resolve) => this.#worker?.once("exit", resolve));
    this.#worker.ref();
    this.#worker.postMessage("stop");
    await ended;
  }

  #checkpoint(): void {
    this.#timer = undefined;
    try {
      if (this.#state === "small" && this.#logIsLong()) this.#start();
      else if (this.#state === "idle") this.#copy();
    } catch (error) {
      // Where no process or no memory is left for a thread, or where Node's permissions allow none.
      this.#fail(error);
    }
  }

  #copy(): void {
    this.#state = "copying";
    this.#worker?.postMessage("checkpoint");
  }

  #logIsLong(): boolean {
    return (statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0) >= START_BYTES;
  }

  #start(): void {
    this.#state = "starting";
    this.#worker = new Worker(THREAD, { eval: true, workerData: this.#file, stdin: false, env: {}, execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", (answer: "ready" | Checkpointed) => {
      if (this.#state === "off") return;
      this.#state = "idle";
      if (answer === "ready") this.#writer.exec(`pragma wal_autocheckpoint = ${PAGES_BESIDE_THE_THREAD}`);
      else if (this.#resume) this.#continue();
      else this.#fewPagesAreMissing = answer.log >= LONG_LOG && answer.log - answer.checkpointed <= FEW_PAGES;
    });
    this.#worker.on("error", (error) => this.#fail(error));
  }

  #continue(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  #fail(error: unknown): void {
    if (this.#state === "off") return;
    this.#state = "off";
    this.#worker = undefined;
    this.#continue();
    this.#log?.warn({ err: error }, "cannot write SQLite's log into its file in a thread; commits do it from now on");
    this.#writer.exec(`pragma wal_autocheckpoint = ${USUAL_PAGES}`);
  }
}

/** Runs in the thread. A file of its own would be looked for beside the compiled code and beside the sources. */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const { DatabaseSync } = require("node:sqlite");
const database = new DatabaseSync(workerData, { timeout: 0 });
database.exec("pragma trusted_schema = off");
const checkpoint = database.prepare("pragma wal_checkpoint(passive)");
parentPort.on("message", (message) => {
  if (message === "checkpoint") return parentPort.postMessage(checkpoint.get());
  database.close();
  parentPort.close();
});
parentPort.postMessage("ready");
`;
