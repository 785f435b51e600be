import { Readable } from "node:stream";
import { after, type Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";

/** Live pages are notified at most this often, in milliseconds. */
const PACE_MS = 500;
/** Where other processes write, too (PostgreSQL), pages are also notified regularly. */
const OTHERS_MS = 3_000;
/** Keeps proxies from ending an idle connection, and finds browsers that are gone. */
const ALIVE_MS = 20_000;
/** A connection ends after this time. The browser opens another one, for which access is decided again. */
const LONGEST_MS = 5 * 60_000;
/** Connections at the same time, of all browsers and of one. A page that is hidden has none. */
const MOST = 100;
const MOST_OF_ONE = 10;

/** Tells open pages that something changed. It does not say what: a page reads what it shows, with its own access. */
export interface ConsoleEvents {
  /** The store, with changes reported that the audit log does not have. */
  reporting(store: Store): Store;
  /** Something changed that is not in the store. */
  changed(): void;
  /** The stream of server-sent events of one page. Undefined if there are too many, or too many of this session. */
  open(session: string): Readable | undefined;
  /** Ends all streams, and opens no more. */
  stop(): void;
}

/** Methods that change what the console shows, and write no audit record. */
const UNRECORDED = {
  grants: ["insert", "claim"],
  sessions: ["insertInteraction", "setFirstFactor", "signIn", "end"],
  mail: ["insertMail", "deleteMails"],
} as const;

export function consoleEvents(clock: Clock): ConsoleEvents {
  const streams = new Set<() => void>();
  const bySession = new Map<string, number>();
  const ending = new Set<() => void>();
  let isRecordAnnounced = true;
  let quiet = true;
  let pending = false;
  let stopped = false;

  function changed(): void {
    if (streams.size === 0) return;
    if (!quiet) {
      pending = true;
      return;
    }
    quiet = false;
    for (const notify of streams) notify();
    after(clock, PACE_MS, () => {
      quiet = true;
      if (!pending) return;
      pending = false;
      changed();
    });
  }

  const reported = <Verbs extends object>(verbs: Verbs, names: readonly string[]): Verbs => {
    const entries = Object.entries(verbs).map(([name, verb]) => {
      if (!names.includes(name)) return [name, verb];
      return [
        name,
        (...args: unknown[]) => {
          const done: Promise<unknown> = verb(...args);
          if (streams.size > 0) done.then(changed, () => undefined);
          return done;
        },
      ];
    });
    return Object.fromEntries(entries) as Verbs;
  };

  return {
    reporting(store) {
      isRecordAnnounced = store.auditChanges.watch(changed);
      return {
        ...store,
        grants: reported(store.grants, UNRECORDED.grants),
        sessions: reported(store.sessions, UNRECORDED.sessions),
        mail: reported(store.mail, UNRECORDED.mail),
      };
    },

    changed,

    open(session) {
      const own = bySession.get(session) ?? 0;
      if (stopped || streams.size >= MOST || own >= MOST_OF_ONE) return undefined;
      bySession.set(session, own + 1);
      const timers: (() => void)[] = [];
      const stream = new Readable({ read: () => undefined, encoding: "utf8" });
      const send = (text: string) => void stream.push(text);
      const notify = () => send("event: change\ndata:\n\n");
      const repeat = (ms: number, work: () => void) => {
        const again = () => {
          if (stream.destroyed) return;
          work();
          timers.push(after(clock, ms, again));
        };
        timers.push(after(clock, ms, again));
      };
      const end = () => {
        if (streams.delete(notify)) {
          const left = (bySession.get(session) ?? 1) - 1;
          if (left > 0) bySession.set(session, left);
          else bySession.delete(session);
        }
        ending.delete(end);
        for (const cancel of timers.splice(0)) cancel();
        if (!stream.destroyed) stream.push(null);
      };
      streams.add(notify);
      ending.add(end);
      stream.once("close", end);
      // At once, so that the browser knows that it is connected; and what changed since the page was read is read again.
      send("retry: 2000\nevent: change\ndata:\n\n");
      repeat(ALIVE_MS, () => send(": alive\n\n"));
      if (!isRecordAnnounced) repeat(OTHERS_MS, notify);
      timers.push(after(clock, LONGEST_MS, end));
      return stream;
    },

    stop() {
      stopped = true;
      for (const end of ending) end();
    },
  };
}
