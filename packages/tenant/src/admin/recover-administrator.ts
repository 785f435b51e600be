import { normalizeEmail, type User } from "../directory/entities.ts";
import { MAX_DISPLAY_NAME } from "../directory/identity.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../directory/password.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { OPERATOR } from "./admin-context.ts";
import { type AccountProblem, type NewAccount, type PeopleContext, people } from "./people.ts";

/** Maximum rounds against another process that keeps deleting the account. Then the operator must try again. */
const ROUNDS = 3;

/**
 * Gives a tenant an administrator again: enables the account with this address, or creates one with this password. Only
 * for those who run the tenant. Audit events: `administrator.recovered`; for a new account also `user.created` and
 * `user.made_administrator`.
 *
 * @throws TenantError as `TenantAdmin.people.add`
 */
export async function recoverAdministrator(
  ctx: PeopleContext,
  { email, password }: Pick<NewAccount, "email" | "password">,
): Promise<{ user: User; added: boolean }> {
  const accounts = people(ctx, OPERATOR);
  for (let round = 1; ; round++) {
    const found = await ctx.store.directory.findUserByEmail(normalizeEmail(email));
    const recovered = found && (await accounts.recover(found.id));
    if (recovered) return { user: recovered, added: false };
    const added = await accounts.add({ email, password, administrator: true }, ["administrator.recovered"]);
    if (typeof added !== "string") return { user: added, added: true };
    if (added !== "taken" || round === ROUNDS) throw accountRefused(added, email);
  }
}

/** Why an account cannot be created, written for the operator. */
export function accountRefused(problem: AccountProblem, typed: string, name = ""): TenantError {
  const email = typed.trim();
  switch (problem) {
    case "email_invalid":
      return new TenantError(
        problem,
        `${JSON.stringify(email.slice(0, 100))} is not an email address.`,
        "For example ada@contoso.example.",
      );
    case "name_invalid":
      return new TenantError(
        problem,
        [...name].length > MAX_DISPLAY_NAME
          ? `The name has ${[...name].length} characters, which is too long.`
          : "The name is empty.",
        `At most ${MAX_DISPLAY_NAME} characters.`,
      );
    case "taken":
      return new TenantError(
        "email_taken",
        `${email} already has an account.`,
        "List the users: doorcode tenant users",
      );
    case "short":
      return new TenantError("password_short", "The password is too short.", `At least ${MIN_PASSWORD} characters.`);
    case "long":
      return new TenantError("password_long", "The password is too long.", `At most ${MAX_PASSWORD} characters.`);
    case "common":
      return new TenantError(
        "password_common",
        "The password is one of the first that attackers try.",
        "Choose another, or omit --password-stdin to generate one.",
      );
  }
}
