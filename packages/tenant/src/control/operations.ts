import { randomUUID } from "node:crypto";
import type { AdminContext } from "../admin/admin-context.ts";
import { issueOperatorToken } from "../admin/operator-token.ts";
import { normalizeEmail, type User } from "../directory/entities.ts";
import { cleanDisplayName, isEmailAddress, MAX_DISPLAY_NAME, newUser } from "../directory/identity.ts";
import { requiresMfa } from "../directory/mfa-requirement.ts";
import { checkPassword, hashPassword, MAX_PASSWORD, MIN_PASSWORD } from "../directory/password.ts";
import { graphOf } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { sendNotice } from "../mail/security-notifications.ts";
import {
  approveGrant,
  claimGrant,
  type Decider,
  denyAsOperator,
  describeGrant,
  enterCode,
} from "../oauth/device-authorization/decisions.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { AuditRecord } from "../storage/store.ts";
import { defaultLocale, languages } from "../ui/i18n/languages.ts";
import { permissionText } from "../ui/i18n/permission-text.ts";
import { addCertificate, listApps, removeCertificates } from "./app-certificates.ts";
import type { AdministratorToken, ControlRequest, ControlResults, ListedUser } from "./messages.ts";

type Input<Do extends ControlRequest["do"]> = Extract<ControlRequest, { do: Do }>;

/** Does what the operator asked, or throws a `TenantError`. */
export function operate(ctx: AdminContext, request: ControlRequest): Promise<ControlResults[ControlRequest["do"]]> {
  switch (request.do) {
    case "approve":
      return approve(ctx, request);
    case "deny":
      return deny(ctx, request);
    case "list_users":
      return listUsers(ctx);
    case "add_user":
      return addUser(ctx, request);
    case "administrator_token":
      return administratorToken(ctx);
    case "list_apps":
      return listApps(ctx);
    case "add_certificate":
      return addCertificate(ctx, request);
    case "remove_certificates":
      return removeCertificates(ctx, request);
  }
}

/** In a person's name, through every check that their browser would meet, and without a factor of theirs: `amr` is empty. */
async function approve(ctx: AdminContext, { code, as }: Input<"approve">): Promise<ControlResults["approve"]> {
  const user = await ctx.store.directory.findUserByEmail(normalizeEmail(as));
  if (!user) {
    throw new TenantError("user_unknown", `Nobody here has the address ${as}.`, "List them: doorcode tenant users");
  }
  if (user.disabledAt !== null) {
    throw new TenantError("user_disabled", `${user.email} is disabled.`, "Approve as somebody else.");
  }
  const entered = await openGrant(ctx, code);
  const app = await ctx.store.directory.findApp(entered.clientId);
  // Before the claim: the code stays good for the person's own browser.
  if (await requiresMfa(ctx.store, app, user.id)) throw secondFactorNeeded(user);
  const decider: Decider = {
    sessionId: `operator:${randomUUID()}`,
    user,
    amr: [],
    authTime: ctx.clock.now(),
    by: "operator",
    ip: null,
  };
  const claimed = await claimGrant(ctx, entered.id, decider);
  if (claimed.outcome === "killed") throw usedTwice();
  if (claimed.outcome === "ended") throw ended(ctx, claimed.grant);
  if (claimed.outcome === "unknown") throw unknownCode();
  if (claimed.outcome === "unassigned") throw notAssigned(user);
  if (claimed.outcome === "not_administrator") throw administratorNeeded(user);

  const described = await describeGrant(ctx, claimed.grant, user.id);
  if (!described) {
    throw new TenantError(
      "app_unavailable",
      "The program that asks, or what it asks for, is not registered or consented any more, or is disabled.",
      "Bring it back, then start the sign-in on the device again.",
    );
  }
  const decided = await approveGrant(ctx, claimed.grant, decider);
  if (decided.outcome === "done") {
    await sendNotice(ctx, user, { kind: "new_device", grantId: decided.grant.id }, { ip: null });
    const { messages } = languages[defaultLocale];
    const permissions = described.permissions.lines.map((line) => permissionText(line, messages));
    return { app: described.app.name, email: user.email, permissions };
  }
  if (decided.outcome === "unknown") throw unknownCode();
  if (decided.outcome === "ended") throw ended(ctx, decided.grant);
  if (decided.outcome === "mfa_required") throw secondFactorNeeded(user);
  if (decided.outcome === "unassigned") throw notAssigned(user);
  if (decided.outcome === "not_administrator") throw administratorNeeded(user);
  throw new TenantError(
    "code_used",
    `${user.email} went on with this code in a browser at the same moment.`,
    "Decide there, or run the command again.",
  );
}

async function deny(ctx: AdminContext, { code }: Input<"deny">): Promise<ControlResults["deny"]> {
  const grant = await openGrant(ctx, code);
  const decided = await denyAsOperator(ctx, grant);
  if (decided.outcome === "unknown") throw unknownCode();
  if (decided.outcome !== "done") throw ended(ctx, decided.grant);
  const app = await ctx.store.directory.findApp(grant.clientId);
  return { app: app?.name ?? grant.clientId };
}

async function listUsers(ctx: AdminContext): Promise<ListedUser[]> {
  return (await ctx.store.directory.listUsers()).map(listed);
}

async function addUser(ctx: AdminContext, input: Input<"add_user">): Promise<ListedUser> {
  const email = input.email.trim();
  if (!isEmailAddress(email)) {
    throw new TenantError("email_invalid", "That is not an email address.", "For example ada@contoso.example.");
  }
  const displayName = cleanDisplayName(input.name ?? email.slice(0, email.indexOf("@")));
  if (displayName === "" || [...displayName].length > MAX_DISPLAY_NAME) {
    throw new TenantError("name_invalid", "The name is empty or too long.", `At most ${MAX_DISPLAY_NAME} characters.`);
  }
  const problem = await checkPassword(input.password, { email, tenantName: ctx.config.name });
  if (problem) throw weakPassword(problem);
  const administrator = input.administrator === true;
  const passwordHash = await hashPassword(input.password);
  const user = newUser({ email, displayName, passwordHash, administrator }, ctx.clock.now());
  if (!(await ctx.store.administration.users.insert(user, added(user)))) {
    throw new TenantError("email_taken", `${email} has an account already.`, "List them: doorcode tenant users");
  }
  return listed(user);
}

async function administratorToken(ctx: AdminContext): Promise<AdministratorToken> {
  const { token, expiresAt } = await issueOperatorToken(ctx);
  const { config } = ctx;
  return { token, graph: graphOf(config), ca_file: config.caFile, expires_at: new Date(expiresAt).toISOString() };
}

async function openGrant(ctx: AdminContext, typed: string): Promise<DeviceGrant> {
  const entered = await enterCode(ctx, typed);
  if (entered.outcome === "unknown") throw unknownCode();
  if (entered.outcome === "ended") throw ended(ctx, entered.grant);
  return entered.grant;
}

const listed = (user: User): ListedUser => ({
  id: user.id,
  email: user.email,
  name: user.displayName,
  created_at: new Date(user.createdAt).toISOString(),
  disabled: user.disabledAt !== null,
  administrator: user.administrator,
});

const added = (user: User): AuditRecord => ({
  at: user.createdAt,
  event: user.administrator ? "user.made_administrator" : "user.created",
  actor: "operator",
  userId: user.id,
  clientId: null,
  grantId: null,
  ip: null,
  detail: {},
});

const secondFactorNeeded = (user: User) =>
  new TenantError(
    "mfa_required",
    "This program needs a second factor, which an approval from the command line does not have.",
    `Enter the code in a browser as ${user.email}, or take the requirement from the app, its user flow or the policy.`,
  );

const notAssigned = (user: User) =>
  new TenantError(
    "not_assigned",
    `The program that asks is for people who are assigned to it, and ${user.email} is not.`,
    "Assign the account, or a group of it, then run the command again; the code stays good meanwhile.",
  );

const administratorNeeded = (user: User) =>
  new TenantError(
    "administrator_needed",
    `The program asks for what only an administrator can grant, and ${user.email} is none.`,
    "Approve as an administrator (doorcode tenant users marks them), who was added with --administrator; the code stays good meanwhile.",
  );

const unknownCode = () =>
  new TenantError(
    "code_unknown",
    "No device shows this code.",
    "Compare it with the device; dashes and lower case do not matter.",
  );

const usedTwice = () =>
  new TenantError(
    "code_used_twice",
    "This code was used by two people, so it is denied for everybody.",
    "Start the sign-in on the device again, for a code of its own.",
  );

function ended(ctx: AdminContext, grant: DeviceGrant): TenantError {
  if (grant.denialReason === "two_users") return usedTwice();
  const decided = grant.status !== "pending" && grant.status !== "claimed";
  if (!decided && grant.expiresAt <= ctx.clock.now()) {
    return new TenantError("code_expired", "This code has expired.", "Start the sign-in on the device again.");
  }
  return new TenantError("code_used", "This code was decided on before.", "Start the sign-in on the device again.");
}

function weakPassword(problem: "short" | "long" | "common"): TenantError {
  switch (problem) {
    case "short":
      return new TenantError("password_short", "The password is too short.", `At least ${MIN_PASSWORD} characters.`);
    case "long":
      return new TenantError("password_long", "The password is too long.", `At most ${MAX_PASSWORD} characters.`);
    case "common":
      return new TenantError(
        "password_common",
        "The password is one of those that are tried first.",
        "Choose another, or leave --password-stdin out to have one made.",
      );
  }
}
