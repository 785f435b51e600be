import { normalizeEmail, type User } from "../directory/entities.ts";
import { MAX_DISPLAY_NAME } from "../directory/identity.ts";
import { MAX_PASSWORD, MIN_PASSWORD } from "../directory/password.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { OPERATOR } from "./admin-context.ts";
import { type AccountProblem, type NewAccount, type PeopleContext, people } from "./people.ts";

/** One who removes the account while it is made an administrator: after so many rounds the operator tries again. */
const ROUNDS = 3;

/**
 * Gives a tenant an administrator again: the account of this address, enabled, or a new one with this password. For
 * whoever runs the tenant alone; each is in the audit log (`administrator.recovered`, `user.made_administrator`).
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
    const added = await accounts.add({ email, password, administrator: true });
    if (typeof added !== "string") return { user: added, added: true };
    if (added !== "taken" || round === ROUNDS) throw accountRefused(added, email);
  }
}

/** Why an account cannot be made, in words for the operator. */
export function accountRefused(problem: AccountProblem, typed: string): TenantError {
  const email = typed.trim();
  switch (problem) {
    case "email_invalid":
      return new TenantError(
        problem,
        `${JSON.stringify(email.slice(0, 100))} is not an email address.`,
        "For example ada@contoso.example.",
      );
    case "name_invalid":
      return new TenantError(problem, "The name is empty or too long.", `At most ${MAX_DISPLAY_NAME} characters.`);
    case "taken":
      return new TenantError("email_taken", `${email} has an account already.`, "List them: doorcode tenant users");
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
