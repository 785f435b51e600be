// Ours, as it is started for real, on SQLite (a file, durable) or PostgreSQL.
//   tenant.ts sqlite FOLDER | tenant.ts postgres FOLDER URL
import { join } from "node:path";
import { DEVICE_CODE_GRANT } from "../../packages/tenant/src/oauth/token-endpoint.ts";
import { startTenant } from "../../packages/tenant/src/server/start-tenant.ts";
import { formClient } from "../form-client.ts";
import { serve } from "../served.ts";

const [kind, dataDir, url] = process.argv.slice(2) as [string, string, string | undefined];
const PERSON = "bench@contoso.example";

const tenant = await startTenant({
  store: url === undefined ? { sqlite: join(dataDir, "tenant.sqlite") } : { postgres: url },
  dataDir,
  port: 0,
  pagesPort: 0,
  // All load comes from one address and one client.
  limits: { deviceCodesByNetwork: 1e9, pendingDeviceCodes: 1e9, pendingDeviceCodesByClient: 1e9 },
  ...(kind === "postgres" ? { mailer: { send: async () => undefined, close: async () => undefined } } : {}),
});
const base = new URL(tenant.authority);
const app = tenant.apps[0]!;
const api = tenant.apis[0]!;
await tenant.admin.people.add({ email: PERSON, displayName: "Bench" });

/** A whole sign-in over the wire; the person's part is the operator's. */
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

serve(
  {
    origin: base.origin,
    ca: tenant.ca,
    devicecodePath: `${base.pathname}/oauth2/v2.0/devicecode`,
    tokenPath: `${base.pathname}/oauth2/v2.0/token`,
    clientId: app.clientId,
    // MSAL's spelling: an early poll is answered authorization_pending, as a punctual one is.
    deviceGrant: "device_code",
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
    close: () => tenant.close(),
  },
);
