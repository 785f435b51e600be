import type { AddedSecret } from "../admin/app-secrets.ts";
import { hex } from "../admin/apps.ts";
import type { Approval } from "../admin/decisions.ts";
import type { Inbox } from "../admin/inbox.ts";
import type { OperatorToken } from "../admin/operator-token.ts";
import type { ProgramSignIn } from "../admin/sign-ins.ts";
import type { SigningKey } from "../admin/signing-keys.ts";
import type { AddedCertificate, TenantAdmin } from "../admin/tenant-admin.ts";
import { type App, normalizeEmail, type User } from "../directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { graphOf, type TenantConfig } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { StoreReader } from "../storage/store.ts";
import type { Testing } from "../testing/testing.ts";
import { readAudit, timeOf, userOf, userUnknown } from "./audit-log.ts";
import { listMails } from "./mails.ts";
import { type ControlRequest, MOST } from "./messages.ts";
import type {
  AllowedAdministration,
  ControlResults,
  ListedApp,
  ListedKey,
  ListedSignIn,
  ListedUser,
} from "./results.ts";
import { isTestingRequest, runTestingRequest } from "./testing.ts";

/**
 * What the operator can do through the socket or in the store. The store is read-only here: every change goes through
 * the admin room.
 */
export interface Operator {
  config: Pick<TenantConfig, "issuerOrigin" | "caFile">;
  store: StoreReader;
  admin: TenantAdmin;
  /** Only on the embedded tenant. Null: an operator cannot decide for users. */
  decisions: {
    approve(decision: { code: string; as: string; mfa?: boolean | undefined }): Promise<Approval>;
    deny(code: string): Promise<{ app: string }>;
  } | null;
  /** Null: this tenant has no inbox. */
  inbox: Inbox | null;
  /** Null: testers have no powers over this tenant. */
  testing: Testing | null;
  issueToken(purpose?: "export"): Promise<OperatorToken>;
  allowAdministration(clientId: string, to: { scopes: string[] | null; byDeviceCode: boolean }): Promise<App>;
}

/** Runs the operator's request, or throws a `TenantError`. */
export async function runRequest(
  operator: Operator,
  request: ControlRequest,
): Promise<ControlResults[ControlRequest["do"]]> {
  const { admin, config, store } = operator;
  if (isTestingRequest(request)) return runTestingRequest(operator.testing, request);
  switch (request.do) {
    case "approve": {
      const { byRenewal, ...approved } = await decisionsOf(operator).approve(request);
      return { ...approved, by_renewal: byRenewal };
    }
    case "deny":
      return decisionsOf(operator).deny(request.code);
    case "list_users": {
      const { search = "", after = "", limit } = request;
      if (search === "" && after === "" && limit === undefined) return (await admin.people.list()).map(listedUser);
      const of = { text: search, after: normalizeEmail(after), limit: limit ?? MOST };
      return (await store.administration.users.search(of)).map(listedUser);
    }
    case "disable_user":
    case "enable_user": {
      const { id } = await userOf(store.directory, request.email);
      await (request.do === "disable_user" ? admin.people.disable(id) : admin.people.enable(id));
      return listedUser(await userOf(store.directory, request.email));
    }
    case "delete_user": {
      const user = await userOf(store.directory, request.email);
      if (!(await admin.people.remove(user.id))) throw userUnknown(request.email);
      return listedUser(user);
    }
    case "reset_user": {
      const user = await userOf(store.directory, request.email);
      const removed = await admin.people.resetFactors(user.id);
      const {
        authenticatorApp: authenticator_app,
        recoveryCodes: recovery_codes,
        passkeys,
        signIns: sign_ins,
      } = removed;
      return { ...listedUser(user), authenticator_app, recovery_codes, passkeys, sign_ins };
    }
    case "edit_user": {
      const { new_email, name, void_links: voidLinks } = request;
      const { id } = await userOf(store.directory, request.email);
      const edited = await admin.people.edit(id, {
        voidLinks,
        ...(new_email !== null && { email: new_email }),
        ...(name !== null && { displayName: name }),
      });
      return { ...listedUser(edited), password_voided: request.void_password && (await admin.people.voidPassword(id)) };
    }
    case "list_sign_ins": {
      const { email, client_id, after, limit } = request;
      const listed = await admin.signIns.list({
        ...(email !== undefined && { userId: (await userOf(store.directory, email)).id }),
        ...(client_id !== undefined && { clientId: client_id.trim().toLowerCase() }),
        ...(after !== undefined && { after: { id: after.id, createdAt: timeOf(after.created_at) } }),
        ...(limit !== undefined && { limit }),
      });
      return listed.map(listedSignIn);
    }
    case "revoke_sign_in":
      await admin.signIns.end(request.id);
      return { id: request.id.trim().toLowerCase() };
    case "revoke_sign_ins": {
      const { email } = request;
      if (email === null) return { ended: await admin.signIns.endAll() };
      return { ended: await admin.people.endSignIns((await userOf(store.directory, email)).id) };
    }
    case "list_keys":
      return (await admin.signingKeys.list()).map(listedKey);
    case "rotate_keys":
      return listedKey(await admin.signingKeys.rotate({ now: request.now, alg: request.alg }));
    case "retire_key":
      return listedKey(await admin.signingKeys.retire(request.kid, { now: request.now }));
    case "read_audit":
      return readAudit(store, request);
    case "list_mails":
      if (operator.inbox !== null) return listMails(operator.inbox, request);
      throw new TenantError(
        "inbox_missing",
        "This tenant has no inbox.",
        "Read the mails where its mail server delivers them. Only an embedded tenant has an inbox.",
      );
    case "add_user": {
      const { email, name, password, administrator = false } = request;
      return listedUser(await admin.people.add({ email, displayName: name ?? undefined, password, administrator }));
    }
    case "recover_administrator": {
      const { user, added } = await admin.people.recoverAdministrator(request);
      return { ...listedUser(user), added };
    }
    case "administrator_token": {
      const { token, expiresAt } = await operator.issueToken(request.purpose);
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

/** @throws TenantError `embedded_only` */
function decisionsOf({ decisions }: Operator): NonNullable<Operator["decisions"]> {
  if (decisions !== null) return decisions;
  throw new TenantError(
    "embedded_only",
    "Only an embedded tenant (doorcode tenant start, with SQLite) lets its operator decide for users.",
    "Enter the code in a browser, signed in as the user.",
  );
}

const allowedAdministration = (app: App): AllowedAdministration => ({
  client_id: app.clientId,
  app: app.name,
  scopes: app.administrativeScopes,
  by_device_code: app.administrationByDeviceCode,
});

const addedSecret = ({ app, keyId, secret, endsAt }: AddedSecret): ControlResults["add_secret"] => ({
  app,
  key_id: keyId,
  secret,
  expires_at: new Date(endsAt).toISOString(),
});

/** @throws TenantError `app_secret_unknown` if there was none to remove */
function removedSecret(
  { client_id, key_id }: ControlResults["remove_secret"],
  removed: boolean,
): ControlResults["remove_secret"] {
  if (removed) return { client_id, key_id };
  throw new TenantError(
    "app_secret_unknown",
    "The app has no secret with this key ID.",
    "List the key IDs: doorcode tenant apps",
  );
}

const listedUser = (user: User): ListedUser => ({
  id: user.id,
  email: user.email,
  name: user.displayName,
  created_at: new Date(user.createdAt).toISOString(),
  disabled: user.disabledAt !== null,
  administrator: user.administrator,
});

const timeText = (time: number) => new Date(time).toISOString();
const timeTextOrNull = (time: number | null) => (time === null ? null : timeText(time));

const listedSignIn = (each: ProgramSignIn): ListedSignIn => ({
  id: each.id,
  email: each.email,
  user_id: each.userId,
  app: each.app,
  client_id: each.clientId,
  grant_type: each.grantType,
  created_at: timeText(each.createdAt),
  last_used_at: timeTextOrNull(each.lastUsedAt),
  last_used_from: each.lastUsedFrom,
  expires_at: timeText(each.expiresAt),
});

const listedKey = ({ kid, alg, state, createdAt, activatesAt, retiresAt }: SigningKey): ListedKey => ({
  kid,
  alg,
  state,
  created_at: timeText(createdAt),
  activates_at: timeText(activatesAt),
  retires_at: timeTextOrNull(retiresAt),
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
