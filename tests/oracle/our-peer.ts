import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { approver } from "../fixtures/approver.ts";
import { addApp, addUser } from "../fixtures/registrations.ts";
import type { Peer } from "./peer.ts";

/** The tenant, with three clients that have no administrator consent. */
export async function startOurs(): Promise<Peer> {
  const tenant = await startTestTenant();
  const { context } = tenant;
  const secret = "a secret/with:odd+characters";
  const [tv, printer, server] = [
    await addApp(context, "TV"),
    await addApp(context, "Printer"),
    await addApp(context, "Server", secret),
  ];
  const ada = approver(context, await addUser(context, "ada@example.com", "Ada"));
  const response = await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`);
  return {
    name: "ours",
    metadata: (await response.json()) as Record<string, unknown>,
    fetch: tenant.fetch,
    clients: { tv, printer, server: { clientId: server.clientId, secret } },
    approve: ada.approve,
    deny: ada.deny,
    async expire() {
      tenant.clock.advance(15 * 60_000);
    },
    close: () => tenant.close(),
  };
}
