import { oldestFirst } from "../../kernel/oldest-first.ts";
import type { Database } from "../engine/database.ts";
import type { PendingPoll, PendingPolls, PendingRead } from "../pending-polls.ts";
import { appTopic, grantTopic } from "./grant-changes.ts";

/** So that a row that was changed by hand, without a notification, is noticed before its code expires. */
const READ_AGAIN_MS = 60_000;

interface Remembered extends PendingPoll {
  /** Of `performance.now()`. */
  readAt: number;
  /** The app's entry in `apps` when it was read. A change of the app replaces it. */
  app: object;
}

interface Reading {
  topics: [grant: string, app: string];
  hasChanged: boolean;
}

/** `size`: how many grants are remembered at most. The oldest are forgotten first. */
export function pendingPolls({ feed }: Pick<Database, "feed">, size: number): PendingPolls {
  const polls = new Map<string, Remembered>();
  const oldest = oldestFirst(polls);
  const apps = new Map<string, object>();
  const readings = new Set<Reading>();
  let subscribed = false;

  const onTopic = (topic: string | null) => {
    for (const reading of readings) if (topic === null || reading.topics.includes(topic)) reading.hasChanged = true;
    if (topic === null) {
      polls.clear();
      apps.clear();
      return;
    }
    const [kind, id = ""] = topic.split(" ");
    if (kind === "grant") polls.delete(id);
    else if (kind === "app") apps.delete(id);
  };

  const isKept = (poll: Remembered) =>
    poll.app === apps.get(poll.clientId) && performance.now() - poll.readAt < READ_AGAIN_MS;

  function remember(deviceCodeHash: string, clientId: string, expiresAt: number): void {
    const app = apps.get(clientId) ?? {};
    apps.set(clientId, app);
    // At the end, because the first ones are forgotten first.
    polls.delete(deviceCodeHash);
    polls.set(deviceCodeHash, { clientId, expiresAt, app, readAt: performance.now() });
    for (let first = oldest(); first; first = oldest()) {
      if (polls.size <= size && isKept(first[1])) break;
      polls.delete(first[0]);
    }
    if (apps.size > size) onTopic(null);
  }

  return {
    find(deviceCodeHash) {
      const poll = polls.get(deviceCodeHash);
      return poll && isKept(poll) && feed.isCurrent() ? poll : undefined;
    },

    read(deviceCodeHash, clientId): PendingRead {
      if (!subscribed) {
        subscribed = true;
        feed.subscribe(onTopic);
      }
      const reading: Reading = { topics: [grantTopic(deviceCodeHash), appTopic(clientId)], hasChanged: false };
      // Before the first notification can arrive, a change could go unnoticed.
      const isCurrent = size > 0 && feed.isCurrent();
      readings.add(reading);
      return {
        remember(expiresAt) {
          if (isCurrent && !reading.hasChanged) remember(deviceCodeHash, clientId, expiresAt);
        },
        end: () => void readings.delete(reading),
      };
    },

    get size() {
      return polls.size;
    },
  };
}
