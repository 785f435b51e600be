// Our server, started as in production, on SQLite (a file, durable) or PostgreSQL.
//
//   tenant.ts sqlite FOLDER | tenant.ts postgres FOLDER URL [--polls-in-memory N]
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { pino } from "pino";
import { hashSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { DEVICE_CODE_GRANT } from "../../packages/tenant/src/oauth/device-authorization/known-polls.ts";
import { startWithContext } from "../../packages/tenant/src/server/start-tenant.ts";
import { benchCode } from "../fill.ts";
import { formClient } from "../form-client.ts";
import { serve } from "../served.ts";

const { positionals, values } = parseArgs({
  options: { "polls-in-memory": { type: "string" } },
  allowPositionals: true,
});
const [kind, dataDir, url] = positionals as [string, string, string | undefined];
const pollsInMemory = values["polls-in-memory"];
const PERSON = "bench@contoso.example";
const PASSWORD = "seven slow herons";

let statements = 0;
const send = pg.Client.prototype.query;
// biome-ignore lint/suspicious/noExplicitAny: a dozen overloads, passed on unchanged.
pg.Client.prototype.query = function (this: pg.Client, ...args: any[]): any {
  statements++;
  return (send as (...all: unknown[]) => unknown).apply(this, args);
} as typeof send;

const tenant = await startWithContext({
  store: url === undefined ? { sqlite: join(dataDir, "tenant.sqlite") } : { postgres: url },
  dataDir,
  port: 0,
  pagesPort: 0,
  // Without the warnings about one user who approves all the time.
  log: pino({ level: "error" }, pino.destination(2)),
  // All load comes from one address and one client.
  limits: {
    deviceCodesByNetwork: 1e9,
    pendingDeviceCodes: 1e9,
    pendingDeviceCodesByClient: 1e9,
    refusedTokenRequestsByNetwork: 1e9,
    heldPolls: 1e9,
    heldPollsByNetwork: 1e9,
    ...(pollsInMemory !== undefined && { pollsInMemory: Number(pollsInMemory) }),
  },
  ...(kind === "postgres" ? { mailer: { send: async () => undefined, close: async () => undefined } } : {}),
});
const base = new URL(tenant.authority);
const app = tenant.apps[0]!;
const api = tenant.apis[0]!;
// Another node of the tenant may have added the user.
if (!(await tenant.context.store.directory.findUserByEmail(PERSON))) {
  await tenant.admin.people.add({ email: PERSON, displayName: "Bench", password: PASSWORD });
}

/** How many polls are remembered without a pause: some tens of milliseconds. */
const REMEMBERED_AT_ONCE = 10_000;

/**
 * As if each of these codes of fill.ts had been polled. Returns how many polls are in memory. It lets the event loop
 * run meanwhile: after `STALE_MS` without an answer from PostgreSQL, a node remembers nothing.
 */
async function rememberPolls(count: number): Promise<number> {
  const { store, pollPace, clock } = tenant.context;
  const expiresAt = clock.now() + 24 * 60 * 60 * 1_000;
  for (let n = 1; n <= count; n++) {
    const hash = hashSecret(benchCode(n));
    const reading = store.pendingPolls.read(hash, app.clientId);
    reading.remember(expiresAt);
    reading.end();
    pollPace.note(hash, expiresAt, false);
    if (n % REMEMBERED_AT_ONCE === 0) await setImmediate();
  }
  return store.pendingPolls.size;
}

/** A complete sign-in over the wire. The operator approves for the user. */
async function refreshToken(client: ReturnType<typeof formClient>): Promise<string> {
  const scope = `api://${api.clientId}/${api.scopes[0]} openid profile offline_access`;
  const asked = await client.post(`${base.pathname}/oauth2/v2.0/devicecode`, { client_id: app.clientId, scope });
  await tenant.approve(String(asked.body.user_code), { as: PERSON });
  const { status, body } = await client.post(`${base.pathname}/oauth2/v2.0/token`, {
    grant_type: DEVICE_CODE_GRANT,
    client_id: app.clientId,
    device_code: String(asked.body.device_code),
  });
  if (status !== 200) throw new Error(`The bench's sign-in failed: ${JSON.stringify(body)}`);
  return String(body.refresh_token);
}

const { signingKeys } = tenant.context;
const { sign } = signingKeys;
/** As long as a signature of RS256. */
const SIGNATURE = "s".repeat(342);
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const unsigned: typeof sign = async (payload, typ) => `${encoded({ typ })}.${encoded(payload)}.${SIGNATURE}`;

serve(
  {
    unsigned: true,
    origin: base.origin,
    ca: tenant.ca,
    devicecodePath: `${base.pathname}/oauth2/v2.0/devicecode`,
    tokenPath: `${base.pathname}/oauth2/v2.0/token`,
    clientId: app.clientId,
    // MSAL's spelling: an early poll is answered with authorization_pending, like a punctual one.
    deviceGrant: "device_code",
    signIn: {
      authority: tenant.authority,
      scope: `api://${api.clientId}/${api.scopes[0]}`,
      person: { email: PERSON, password: PASSWORD },
    },
  },
  {
    async refreshTokens(count) {
      const client = formClient(base.origin, tenant.ca, 4);
      try {
        return await Promise.all(Array.from({ length: count }, () => refreshToken(client)));
      } finally {
        client.close();
      }
    },
    statements: () => statements,
    sign(really) {
      signingKeys.sign = really ? sign : unsigned;
    },
    rememberPolls,
    held: () => tenant.context.heldPolls.size,
    approve: async (code) => void (await tenant.approve(code, { as: PERSON })),
    close: () => tenant.close(),
  },
);
