import { resolve } from "node:path";
import type { RunningTenant } from "../server/running-tenant.ts";

/** The members of the `ready` event; programs rely on them. */
export function readyEvent(tenant: RunningTenant) {
  return {
    authority: tenant.authority,
    tenant_id: tenant.tenantId,
    issuer: tenant.issuer,
    pages: tenant.pages,
    ca_file: tenant.caFile,
    verification_uri: tenant.verificationUri,
    apps: tenant.apps.map(({ name, clientId }) => ({ name, client_id: clientId })),
    apis: tenant.apis.map(({ name, clientId, scopes }) => ({ name, client_id: clientId, scopes })),
    ...(tenant.inboxToken === null
      ? {}
      : { inbox: { url: `${tenant.pages}/inbox/messages`, bearer: tenant.inboxToken } }),
  };
}

/** What a person needs to go on, in eighty columns. */
export function readyScreen(tenant: RunningTenant, dataDir: string): string {
  const rows: [string, string][] = [
    ["Authority", tenant.authority],
    ...tenant.apps.map(({ name, clientId }): [string, string] => ["Client ID", `${clientId}  ${name}`]),
    ...tenant.apis.flatMap(({ clientId, name, scopes }): [string, string][] => [
      ["API", `${clientId}  ${name}`],
      ...scopes.map((scope): [string, string] => ["", scope]),
    ]),
    ["Code page", tenant.verificationUri],
    ...(tenant.inboxToken === null ? [] : [["Mails", `${tenant.pages}/inbox`] as [string, string]]),
    ...(tenant.caFile === "" ? [] : [["CA file", tenant.caFile] as [string, string]]),
    ["Data", resolve(dataDir)],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(10)} ${value}`);
  return `The tenant answers.\n\n${lines.join("\n")}\n\nScopes are asked for as api://<API>/<scope>. Clients have to trust the CA file.\nCtrl-C stops the tenant.`;
}
