import { randomUUID } from "node:crypto";
import { normalizeEmail, type User } from "../directory/entities.ts";
import type { AdminContext } from "./admin-context.ts";

/** Makes an account; `taken` when the address has one. */
export async function createUser(
  ctx: Pick<AdminContext, "store" | "clock">,
  person: Pick<User, "email" | "displayName" | "passwordHash"> &
    Partial<Pick<User, "attributes" | "locale" | "termsAcceptedAt" | "administrator">>,
): Promise<User | "taken"> {
  const user: User = {
    id: randomUUID(),
    email: person.email.trim(),
    emailNormalized: normalizeEmail(person.email),
    displayName: person.displayName,
    passwordHash: person.passwordHash,
    attributes: person.attributes ?? {},
    locale: person.locale ?? null,
    termsAcceptedAt: person.termsAcceptedAt ?? null,
    administrator: person.administrator ?? false,
    createdAt: ctx.clock.now(),
    disabledAt: null,
  };
  return (await ctx.store.directory.insertUser(user)) ? user : "taken";
}
