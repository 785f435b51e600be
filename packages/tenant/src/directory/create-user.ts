import { randomUUID } from "node:crypto";
import type { TenantContext } from "../tenant-context.ts";
import { normalizeEmail, type User } from "./entities.ts";

/** Makes an account; `taken` when the address has one. */
export async function createUser(
  ctx: Pick<TenantContext, "store" | "clock">,
  person: { email: string; displayName: string; passwordHash: string | null },
): Promise<User | "taken"> {
  const user: User = {
    id: randomUUID(),
    email: person.email.trim(),
    emailNormalized: normalizeEmail(person.email),
    displayName: person.displayName,
    passwordHash: person.passwordHash,
    createdAt: ctx.clock.now(),
    disabledAt: null,
  };
  return (await ctx.store.directory.insertUser(user)) ? user : "taken";
}
