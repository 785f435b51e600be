import type { AddedSecret } from "../admin/app-secrets.ts";
import { hex } from "../admin/apps.ts";
import type { Approval } from "../admin/decisions.ts";
import type { OperatorToken } from "../admin/operator-token.ts";
import type { AddedCertificate, TenantAdmin } from "../admin/tenant-admin.ts";
import type { App, User } from "../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { graphOf, type TenantConfig } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { StoreReader } from "../storage/store.ts";
import type { AllowedAdministration, ControlRequest, ControlResults, ListedApp, ListedUser } from "./messages.ts";

/** What the operator can do by the socket. The store is for reading: whatever changes goes through the admin room. */
export interface Operator {
  config: TenantConfig;
  store: StoreReader;
  admin: TenantAdmin;
  approve(decision: { code: string; as: string }): Promise<Approval>;
  deny(code: string): Promise<{ app: string }>;
  issueToken(): Promise<OperatorToken>;
  allowAdministration(clientId: string, to: { scopes: string[] | null; byDeviceCode: boolean }): Promise<App>;
}

/** Does what the operator asked, or throws a `TenantError`. */
export async function operate(
  operator: Operator,
  request: ControlRequest,
): Promise<ControlResults[ControlRequest["do"]]> {
  const { admin, config, store } = operator;
  switch (request.do) {
    case "approve": {
      const { byRenewal, ...approved } = await operator.approve(request);
      return { ...approved, by_renewal: byRenewal };
    }
    case "deny":
      return operator.deny(request.code);
    case "list_users":
      return (await admin.people.list()).map(listedUser);
    case "add_user": {
      const { email, name, password, administrator = false } = request;
      return listedUser(await admin.people.add({ email, displayName: name ?? undefined, password, administrator }));
    }
    case "recover_administrator": {
      const { user, added } = await admin.people.recoverAdministrator(request);
      return { ...listedUser(user), added };
    }
    case "administrator_token": {
      const { token, expiresAt } = await operator.issueToken();
      return { token, graph: graphOf(config), ca_file: config.caFile, expires_at: new Date(expiresAt).toISOString() };
    }
    case "list_apps":
      return Promise.all((await admin.apps.list()).map((app) => listedApp(store, app)));
    case "add_certificate": {
      const { client_id, certificate, administrator } = request;
      const added = await admin.apps.addCertificate(client_id, certificate, { administrator });
      return { app: added.app.name, ...listedCertificate(added), administrator };
    }
    case "allow_administration":
      return allowedAdministration(
        await operator.allowAdministration(request.client_id, {
          scopes: request.scopes,
          byDeviceCode: request.by_device_code,
        }),
      );
    case "add_secret":
      return addedSecret(
        await admin.apps.addSecret(request.client_id, {
          ...(request.name === null ? {} : { name: request.name }),
          ...(request.days === null ? {} : { days: request.days }),
        }),
      );
    case "remove_secret":
      return removedSecret(request, await admin.apps.removeSecret(request.client_id, request.key_id));
    case "remove_certificates": {
      const removed = await admin.apps.removeCertificates(request.client_id);
      const app = await admin.apps.find(request.client_id);
      return { app: app?.name ?? request.client_id, removed };
    }
  }
}

/** As the command line shows it, whichever way it was allowed. */
export const allowedAdministration = (app: App): AllowedAdministration => ({
  client_id: app.clientId,
  app: app.name,
  scopes: app.administrativeScopes,
  by_device_code: app.administrationByDeviceCode,
});

/** As the command line shows it, whichever way it was added. */
export const addedSecret = ({ app, keyId, secret, endsAt }: AddedSecret): ControlResults["add_secret"] => ({
  app,
  key_id: keyId,
  secret,
  expires_at: new Date(endsAt).toISOString(),
});

/** @throws TenantError `app_secret_unknown` where there was none to remove */
export function removedSecret(
  { client_id, key_id }: ControlResults["remove_secret"],
  removed: boolean,
): ControlResults["remove_secret"] {
  if (removed) return { client_id, key_id };
  throw new TenantError(
    "app_secret_unknown",
    "The program has no secret with this key ID.",
    "List the key IDs: doorcode tenant apps",
  );
}

export const listedUser = (user: User): ListedUser => ({
  id: user.id,
  email: user.email,
  name: user.displayName,
  created_at: new Date(user.createdAt).toISOString(),
  disabled: user.disabledAt !== null,
  administrator: user.administrator,
});

async function listedApp({ credentials, directory, registrations }: StoreReader, app: App): Promise<ListedApp> {
  const { clientId } = app;
  const found = await registrations.find({ clientId });
  const principalId = found?.registration.servicePrincipalId;
  const roles = principalId ? await directory.rolesFor(GRAPH_RESOURCE_ID, principalId) : [];
  return {
    client_id: clientId,
    name: app.name,
    disabled: app.disabledAt !== null,
    administrator: roles.length > 0,
    certificates: (await credentials.certificatesOf(clientId)).map((certificate) =>
      listedCertificate({ thumbprint: hex(certificate), notAfter: certificate.notAfter }),
    ),
    secrets: (await credentials.secretsOf(clientId)).map(({ keyId, displayName, hint, endsAt }) => ({
      key_id: keyId,
      name: displayName,
      hint,
      expires_at: new Date(endsAt).toISOString(),
    })),
  };
}

const listedCertificate = ({ thumbprint, notAfter }: Pick<AddedCertificate, "thumbprint" | "notAfter">) => ({
  thumbprint,
  expires_at: new Date(notAfter).toISOString(),
});
