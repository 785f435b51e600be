import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Agent, request } from "node:https";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { URN } from "../../../../tests/fixtures/device.ts";
import { postgresPlace } from "./tenant-place.ts";

/** Many times the connections. Each begins with a TLS handshake, for which a listener waits ten seconds. */
const REQUESTS = 100;
/** The status of a request that the store answered. */
const ANSWERED = 400;
/** The connections of a node. */
const CONNECTIONS = 10;
/** How long a busy machine may take until the first request has waited in vain. */
const AT_MOST_MS = 60_000;

test("requests for which no connection becomes free get 503 and Retry-After, the others their answer; never 500", async (t) => {
  const place = await postgresPlace(t);
  const limits = { refusedTokenRequestsByNetwork: 1e9 };
  const tenant = await place.start({ limits });
  const { postgres, schema } = place.store as { postgres: string; schema: string };
  const operator = new pg.Client({ connectionString: postgres });
  await operator.connect();
  const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS, ca: tenant.ca });
  t.after(async () => {
    agent.destroy();
    await operator.end();
  });
  const client_id = tenant.apps[0]!.clientId;
  const ask = () =>
    new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
      // A code that no one knows is read from the store, each on a connection of its own, and answered with 400.
      const device_code = randomBytes(32).toString("base64url");
      const form = new URLSearchParams({ client_id, device_code, grant_type: URN }).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(form.length) };
      const options = { method: "POST", agent, headers };
      const sent = request(`${tenant.authority}/oauth2/v2.0/token`, options, (response) => {
        response.resume();
        response.once("end", () =>
          resolve({ status: response.statusCode!, retryAfter: response.headers["retry-after"] }),
        );
      });
      sent.once("error", reject);
      sent.end(form);
    });
  // Also reads the app and opens the pool.
  assert.equal((await ask()).status, ANSWERED);

  await operator.query(`begin; lock table ${pg.escapeIdentifier(schema)}.device_grants in access exclusive mode`);
  let refused = 0;
  const burst = Array.from({ length: REQUESTS }, async () => {
    const answer = await ask();
    if (answer.status !== ANSWERED) refused++;
    return answer;
  });
  for (const from = Date.now(); refused === 0 && Date.now() - from < AT_MOST_MS; ) await sleep(50);
  await operator.query("rollback");
  const answers = await Promise.all(burst);

  const count = (status: number) => answers.filter((each) => each.status === status).length;
  assert.equal(
    count(ANSWERED) + count(503),
    REQUESTS,
    JSON.stringify([...new Set(answers.map(({ status }) => status))]),
  );
  assert.ok(count(ANSWERED) >= CONNECTIONS, `${count(ANSWERED)} answered`);
  assert.ok(count(503) > 0, "no request waited in vain");
  for (const { status, retryAfter } of answers) assert.equal(status === 503, Number(retryAfter) >= 1);
  const after = await Promise.all(Array.from({ length: 3 * CONNECTIONS }, ask));
  assert.ok(after.every(({ status }) => status === ANSWERED));
});
