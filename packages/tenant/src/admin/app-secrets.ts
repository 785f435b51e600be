import { randomUUID } from "node:crypto";
import {
  type AppSecret,
  checkedSecret,
  DAY_MS,
  MAX_SECRETS,
  type NewSecret,
  secretProblems,
} from "../directory/app-secret.ts";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { AuditEvent } from "../storage/audit-events.ts";
import { type Actor, type AdminStore, auditRecord, OPERATOR } from "./admin-context.ts";
import { unknownApp } from "./apps.ts";

/** A new secret with its text, which is available only this once. */
export type MadeSecret = Omit<AppSecret, "secretHash"> & { secretText: string };

/** Why no secret was added: the request is invalid (as text), the app is `full`, or it does not exist. */
export type SecretRefused = { problem: string } | "full" | "app_unknown";

/**
 * Secrets of apps. Each operation changes and records in one transaction. No record contains the text or a part of it.
 */
export function appSecrets({ store, clock }: AdminStore, by: Actor) {
  const record = (event: AuditEvent, clientId: string, keyId: string, more: Record<string, string> = {}) =>
    auditRecord(by, clock.now(), event, { app_id: clientId, key_id: keyId, ...more }, { clientId });

  return {
    async addSecret(clientId: string, wanted: NewSecret): Promise<MadeSecret | SecretRefused> {
      const checked = checkedSecret(wanted, clock.now());
      if (typeof checked === "string") return { problem: secretProblems[checked] };
      // Base64url needs no encoding in a form or in HTTP Basic, where many clients encode incorrectly.
      const secretText = newSecret();
      const made = { keyId: randomUUID(), clientId, hint: secretText.slice(0, 3), ...checked };
      const endsAt = new Date(made.endsAt).toISOString();
      const outcome = await store.credentials.addSecret(
        { ...made, secretHash: hashSecret(secretText) },
        record("app.secret_added", clientId, made.keyId, { ends_at: endsAt }),
      );
      return outcome === "added" ? { ...made, secretText } : outcome;
    },

    /** Existing sign-ins stay, except the app's own tokens at Graph. False if the app has no such secret. */
    removeSecret: (clientId: string, keyId: string) =>
      store.credentials.removeSecret(clientId, keyId, record("app.secret_removed", clientId, keyId)),
  };
}

/** A new secret of an app. */
export interface AddedSecret {
  /** The app's name. */
  app: string;
  /** The secret's ID: a lower-case GUID. */
  keyId: string;
  /** The secret: 256 random bits in base64url. Shown only once; the tenant stores its hash. */
  secret: string;
  /** When the secret expires, in milliseconds since the epoch. */
  endsAt: number;
}

/**
 * Adds a secret on behalf of the operator.
 *
 * @throws TenantError `app_unknown`, `app_secret_refused`
 */
export async function addSecret(
  ctx: AdminStore,
  id: string,
  { name, days }: { name?: string | undefined; days?: number | undefined },
): Promise<AddedSecret> {
  const app = await ctx.store.directory.findApp(id.trim().toLowerCase());
  const ends = days === undefined ? {} : { endsAt: Math.floor(ctx.clock.now() + days * DAY_MS) };
  const wanted = { displayName: name ?? null, ...ends };
  const added = app ? await appSecrets(ctx, OPERATOR).addSecret(app.clientId, wanted) : "app_unknown";
  if (!app || added === "app_unknown") throw unknownApp();
  if (added === "full") {
    throw new TenantError(
      "app_secret_refused",
      `${app.name} already has ${MAX_SECRETS} secrets, the maximum for an app.`,
      "Remove unused secrets: doorcode tenant apps remove-secret",
    );
  }
  if ("problem" in added) {
    throw new TenantError(
      "app_secret_refused",
      `The secret was rejected: ${added.problem}`,
      "Change it and try again.",
    );
  }
  return { app: app.name, keyId: added.keyId, secret: added.secretText, endsAt: added.endsAt };
}

/**
 * Removes a secret on behalf of the operator. False if the app has none with this key ID.
 *
 * @throws TenantError `app_unknown`
 */
export async function removeSecret(ctx: AdminStore, id: string, keyId: string): Promise<boolean> {
  const app = await ctx.store.directory.findApp(id.trim().toLowerCase());
  if (!app) throw unknownApp();
  return appSecrets(ctx, OPERATOR).removeSecret(app.clientId, keyId.trim().toLowerCase());
}
