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
import { type Actor, type AdminStore, auditRecord, OPERATOR } from "./admin-context.ts";
import { unknownApp } from "./apps.ts";

/** A new secret with its text, which is there this once. */
export type MadeSecret = Omit<AppSecret, "secretHash"> & { secretText: string };

/** Why no secret was added: words for what was asked, `full`, or there is no such app. */
export type SecretRefused = { problem: string } | "full" | "app_unknown";

/** Secrets of apps: each operation changes and records it in one transaction, and no record holds any of the text. */
export function appSecrets({ store, clock }: AdminStore, by: Actor) {
  const record = (event: string, clientId: string, keyId: string, more: Record<string, string> = {}) =>
    auditRecord(by, clock.now(), event, { app_id: clientId, key_id: keyId, ...more }, { clientId });

  return {
    async addSecret(clientId: string, wanted: NewSecret): Promise<MadeSecret | SecretRefused> {
      const checked = checkedSecret(wanted, clock.now());
      if (typeof checked === "string") return { problem: secretProblems[checked] };
      // Base64url needs no encoding in a form or in HTTP Basic, where many clients encode it wrongly.
      const secretText = newSecret();
      const made = { keyId: randomUUID(), clientId, hint: secretText.slice(0, 3), ...checked };
      const endsAt = new Date(made.endsAt).toISOString();
      const outcome = await store.credentials.addSecret(
        { ...made, secretHash: hashSecret(secretText) },
        record("app.secret_added", clientId, made.keyId, { ends_at: endsAt }),
      );
      return outcome === "added" ? { ...made, secretText } : outcome;
    },

    /** What was got by it stays, but for the app's own tokens at Graph. False when the app has no such secret. */
    removeSecret: (clientId: string, keyId: string) =>
      store.credentials.removeSecret(clientId, keyId, record("app.secret_removed", clientId, keyId)),
  };
}

/** A new secret of an app. */
export interface AddedSecret {
  /** The app's name. */
  app: string;
  keyId: string;
  /** 256 random bits, base64url. Shown this once; the tenant stores its hash. */
  secret: string;
  /** Milliseconds since the epoch. */
  endsAt: number;
}

/**
 * Adds a secret in the operator's name.
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
      `${app.name} has ${MAX_SECRETS} secrets, as many as an app can have.`,
      "Remove those that are not used: doorcode tenant apps remove-secret",
    );
  }
  if ("problem" in added) {
    throw new TenantError("app_secret_refused", `The secret is refused: ${added.problem}`, "Change it and try again.");
  }
  return { app: app.name, keyId: added.keyId, secret: added.secretText, endsAt: added.endsAt };
}

/**
 * Removes a secret in the operator's name; false when the app has none with this key ID.
 *
 * @throws TenantError `app_unknown`
 */
export async function removeSecret(ctx: AdminStore, id: string, keyId: string): Promise<boolean> {
  const app = await ctx.store.directory.findApp(id.trim().toLowerCase());
  if (!app) throw unknownApp();
  return appSecrets(ctx, OPERATOR).removeSecret(app.clientId, keyId.trim().toLowerCase());
}
