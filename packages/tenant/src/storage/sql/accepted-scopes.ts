import type { AcceptedRequest, AcceptedScopes } from "../accepted-scopes.ts";
import type { Database } from "../engine/database.ts";

/** The topic of the change feed that empties this memory: an app, an API or an administrator's consent changed. */
export const REGISTRATIONS_TOPIC = "registrations";

/** So that a change without a notification is noticed: by a node of an older version, or by hand in the database. */
const READ_AGAIN_MS = 1_000;
/** Programs repeat a few requests. */
const SIZE = 1_000;
/** Characters. Longer requests are read each time, so that the memory stays small. */
const LONGEST = 1_000;

export function acceptedScopes({ feed }: Pick<Database, "feed">): AcceptedScopes {
  const kept = new Map<string, { accepted: AcceptedRequest; readAt: number }>();
  let changes = 0;
  let subscribed = false;

  const onTopic = (topic: string | null) => {
    if (topic !== null && topic !== REGISTRATIONS_TOPIC) return;
    changes++;
    kept.clear();
  };
  // Two different requests never have one key: the quotes end the client ID.
  const keyOf = (clientId: string, scope: string) => JSON.stringify([clientId, scope]);

  return {
    find(clientId, scope) {
      const found = kept.get(keyOf(clientId, scope));
      const isKept = found && performance.now() - found.readAt < READ_AGAIN_MS && feed.isCurrent();
      return isKept ? found.accepted : undefined;
    },

    read() {
      if (!subscribed) {
        subscribed = true;
        feed.subscribe(onTopic);
      }
      // Before the first notification can arrive, a change could go unnoticed.
      const [before, isCurrent] = [changes, feed.isCurrent()];
      return (scope, accepted) => {
        if (!isCurrent || changes !== before || scope.length > LONGEST) return;
        const key = keyOf(accepted.clientId, scope);
        // At the end, because the first ones are forgotten first.
        kept.delete(key);
        kept.set(key, { accepted, readAt: performance.now() });
        for (const oldest of kept.keys()) {
          if (kept.size <= SIZE) break;
          kept.delete(oldest);
        }
      };
    },
  };
}
