import type { Kysely } from "kysely";
import type { Tables } from "../migrations/tables.ts";

/** Carries messages between the processes that have a database open. Messages can be lost. */
export interface ProcessChannel {
  /** In the transaction: the other processes get the messages when it commits. */
  send(trx: Kysely<Tables>, messages: readonly string[]): Promise<void>;
  /** Starts to receive. `onGap`: from now on nothing is missed, but messages before this may have been lost. */
  open(onMessage: (message: string) => void, onGap: () => void): void;
  /**
   * True if every message that was committed at least `STALE_MS` ago has arrived, or its loss was reported by `onGap`.
   * False before the channel is open, and while its connection is lost or silent.
   */
  isCurrent(): boolean;
}

/** SQLite has one process that writes. */
const noOtherProcess: ProcessChannel = { send: async () => undefined, open: () => undefined, isCurrent: () => true };

type Listener = (topic: string | null) => void;

/**
 * Announces what was committed: in this process right after the commit, and through the channel in all others. A topic
 * names what changed and is never secret.
 */
export class ChangeFeed {
  readonly #channel: ProcessChannel;
  readonly #listeners = new Set<Listener>();
  #open = false;

  constructor(channel: ProcessChannel = noOtherProcess) {
    this.#channel = channel;
  }

  /** `listener` gets each topic, or null if topics may have been lost. The channel opens with the first listener. */
  subscribe(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#open) return;
    this.#open = true;
    this.#channel.open(
      (topic) => this.emit(topic),
      () => this.emit(null),
    );
  }

  /** True if each topic that was committed more than `STALE_MS` ago has been announced. */
  isCurrent(): boolean {
    return this.#open && this.#channel.isCurrent();
  }

  send(trx: Kysely<Tables>, topics: readonly string[]): Promise<void> {
    return this.#channel.send(trx, topics);
  }

  emit(topic: string | null): void {
    for (const listener of this.#listeners) listener(topic);
  }
}
