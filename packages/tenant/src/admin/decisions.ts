import { randomUUID } from "node:crypto";
import type { Refusal } from "../directory/access-rules.ts";
import { normalizeEmail, type User } from "../directory/entities.ts";
import type { PermissionLine } from "../directory/permissions.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { sendSecurityNotification } from "../mail/security-notifications.ts";
import { type Approver, loadFacts } from "../oauth/approval.ts";
import {
  approveGrant,
  claimGrant,
  denyAsOperator,
  type EnteredCode,
  enterCode,
  expireAsOperator,
} from "../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import { permissionText } from "../ui/components/permission-cards.ts";
import { defaultLocale, languages } from "../ui/i18n/languages.ts";
import type { AdminContext } from "./admin-context.ts";

/** What was approved. */
export interface Approval {
  /** The app's name. */
  app: string;
  /** The email address of the user on whose behalf it was approved. */
  email: string;
  /** What the app may do, in the words of the consent page. */
  permissions: string[];
  /** Those of them that it did not request now, but may add at a renewal without asking again. */
  byRenewal: string[];
}

/**
 * Approves a device's code on behalf of a user, with every check that applies in their browser, but without a factor of
 * theirs: `amr` is empty.
 *
 * @param decision `mfa`: as if the user had also entered a code of an authenticator app, for tests. The audit record says
 *   who did. Only on the embedded tenant
 * @throws TenantError `embedded_only`, `code_unknown`, `code_expired`, `code_used`, `code_used_twice`, `user_unknown`, `user_disabled`,
 *   `mfa_required`, `not_assigned`, `administrator_needed`, `app_unavailable`
 */
export async function approveInName(
  ctx: AdminContext,
  { code, as, mfa = false }: { code: string; as: string; mfa?: boolean | undefined },
): Promise<Approval> {
  if (mfa && !ctx.config.embedded) throw notEmbedded();
  const [user, entered] = await Promise.all([
    ctx.store.directory.findUserByEmail(normalizeEmail(as)),
    enterCode(ctx, code),
  ]);
  if (!user) throw userUnknown(as);
  if (user.disabledAt !== null) throw userDisabled(user);
  const grant = openGrant(ctx, entered);
  const approver: Approver = {
    sessionId: `operator:${randomUUID()}`,
    user,
    methods: mfa ? ["operator", "totp"] : ["operator"],
    authTime: ctx.clock.now(),
    by: "operator",
    ip: null,
  };
  const facts = await loadFacts(ctx, grant, user.id);
  // If refused before the claim, the code can still be used in the user's own browser.
  const claimed = await claimGrant(ctx, grant, approver, facts);
  if (claimed.outcome === "killed") throw usedTwice();
  if (claimed.outcome === "ended") throw ended(ctx, claimed.grant);
  if (claimed.outcome === "unknown") throw unknownCode();
  if (claimed.outcome === "refused") throw refused(ctx, claimed.why, user);

  const decided = await approveGrant(ctx, claimed.grant, approver, facts);
  if (decided.outcome === "done") {
    const { app, permissions } = decided.prompt;
    await sendSecurityNotification(
      ctx,
      user,
      { kind: "new_device", grant: decided.grant, appName: app.name },
      { ip: null },
    );
    const textOf = (line: PermissionLine) => permissionText(line, languages[defaultLocale]);
    const { lines, byRenewal } = permissions;
    return { app: app.name, email: user.email, permissions: lines.map(textOf), byRenewal: byRenewal.map(textOf) };
  }
  if (decided.outcome === "unknown") throw unknownCode();
  if (decided.outcome === "ended") throw ended(ctx, decided.grant);
  if (decided.outcome === "refused") throw refused(ctx, decided.why, user);
  throw new TenantError(
    "code_used",
    `${user.email} continued with this code in a browser at the same moment.`,
    "Approve or deny it there, or run the command again.",
  );
}

/** Denies the code, claimed or not. The device gets the denial with its next poll. */
export async function denyCode(ctx: AdminContext, code: string): Promise<{ app: string }> {
  const grant = openGrant(ctx, await enterCode(ctx, code));
  const decided = await denyAsOperator(ctx, grant);
  if (decided.outcome === "unknown") throw unknownCode();
  if (decided.outcome !== "done") throw ended(ctx, decided.grant);
  const app = await ctx.store.directory.findApp(grant.clientId);
  return { app: app?.name ?? grant.clientId };
}

/** Ends the time of the code, claimed or not. The device gets `expired_token` with its next poll. */
export async function expireCode(ctx: AdminContext, code: string): Promise<{ app: string }> {
  if (!ctx.config.embedded) throw notEmbedded();
  const grant = openGrant(ctx, await enterCode(ctx, code));
  const expired = await expireAsOperator(ctx, grant);
  if (expired.outcome === "unknown") throw unknownCode();
  if (expired.outcome !== "done") throw ended(ctx, expired.grant);
  const app = await ctx.store.directory.findApp(grant.clientId);
  return { app: app?.name ?? grant.clientId };
}

function openGrant(ctx: AdminContext, entered: EnteredCode): DeviceGrant {
  if (entered.outcome === "unknown") throw unknownCode();
  if (entered.outcome === "ended") throw ended(ctx, entered.grant);
  return entered.grant;
}

function refused({ config }: AdminContext, why: Refusal, user: User): TenantError {
  switch (why) {
    case "user_unknown":
      return userUnknown(user.email);
    case "user_disabled":
      return userDisabled(user);
    case "second_factor_required":
      return secondFactorNeeded(user, config.embedded);
    case "not_assigned":
      return notAssigned(user);
    case "administrator_required":
      return administratorNeeded(user);
    // These two apply to a user's sign-in, which an operator's approval is not.
    case "sign_in_method_required":
    case "details_required":
    case "administration_not_allowed":
      return new TenantError(
        "administration_not_allowed",
        "The app may not request administrative scopes, or not by device code.",
        "Allow it: doorcode tenant apps allow-administration CLIENT_ID --by-device-code",
      );
    case "login_required":
    case "app_unknown":
    case "app_disabled":
    case "grant_not_allowed":
    case "scope_unavailable":
    case "consent_required":
      return new TenantError(
        "app_unavailable",
        "The requesting app, or something it requests, is disabled, no longer registered or no longer consented to.",
        "Restore it, then start the sign-in on the device again.",
      );
  }
}

const userUnknown = (email: string) =>
  new TenantError("user_unknown", `No user has the email address ${email}.`, "List the users: doorcode tenant users");

const userDisabled = (user: User) =>
  new TenantError("user_disabled", `${user.email} is disabled.`, "Approve as a different user.");

const secondFactorNeeded = (user: User, embedded: boolean) =>
  new TenantError(
    "mfa_required",
    "This app requires a second factor, which an approval from the command line does not have.",
    `Enter the code in a browser as ${user.email}, or remove the requirement from the app, its user flow or the policy.${
      embedded ? " For a test: add --mfa." : ""
    }`,
  );

const notEmbedded = () =>
  new TenantError(
    "embedded_only",
    "Only an embedded tenant (doorcode tenant start, with SQLite) approves with a second factor that was not shown.",
    "Enter the code in a browser, signed in as the user.",
  );

const notAssigned = (user: User) =>
  new TenantError(
    "not_assigned",
    `The app requires assignment, and ${user.email} is not assigned to it.`,
    "Assign the account or one of its groups, then run the command again. The code stays valid meanwhile.",
  );

const administratorNeeded = (user: User) =>
  new TenantError(
    "administrator_needed",
    `The app requests something that only an administrator can grant, and ${user.email} is not one.`,
    "Approve as an administrator: an account added with --administrator, marked in doorcode tenant users. The code stays valid meanwhile.",
  );

const unknownCode = () =>
  new TenantError(
    "code_unknown",
    "No device shows this code.",
    "Compare it with the device. Dashes and letter case do not matter.",
  );

const usedTwice = () =>
  new TenantError(
    "code_used_twice",
    "Two users entered this code, so it is denied.",
    "Start the sign-in on the device again to get a new code.",
  );

function ended(ctx: AdminContext, grant: DeviceGrant): TenantError {
  if (grant.denialReason === "two_users") return usedTwice();
  const decided = grant.status !== "pending" && grant.status !== "claimed";
  if (!decided && grant.expiresAt <= ctx.clock.now()) {
    return new TenantError("code_expired", "This code has expired.", "Start the sign-in on the device again.");
  }
  return new TenantError(
    "code_used",
    "This code was already approved or denied.",
    "Start the sign-in on the device again.",
  );
}
