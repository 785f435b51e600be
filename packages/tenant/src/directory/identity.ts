import { randomUUID } from "node:crypto";
import { normalizeEmail, type User } from "./entities.ts";
import { withoutInvisible } from "./visible-text.ts";

/** The longest display name, in code points. */
export const MAX_DISPLAY_NAME = 100;

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const ADDRESS = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${LABEL}(?:\\.${LABEL})*$`);

/**
 * The same rule as `<input type="email">` (HTML, "valid email address"), at most 254 characters (RFC 5321). ASCII only,
 * so that the unique address is the one that mail goes to: beyond ASCII, two addresses may share a lower-case form.
 */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text);
}

/**
 * What people call themselves and their things, as entered, without invisible characters. Joiners stay where they are
 * spelling.
 *
 * @example cleanDisplayName(" Ada\u202e  Lovelace ") // "Ada Lovelace"
 */
export function cleanDisplayName(typed: string): string {
  const clean = withoutInvisible(typed.normalize("NFC").replace(/\s/gu, " "));
  return clean.normalize("NFC").replace(/ +/g, " ").trim();
}

/**
 * What administrators call what others trust and choose by its name: apps, APIs, groups, policies. Without any
 * invisible character, so that no second name looks the same.
 */
export function cleanRegisteredName(typed: string): string {
  return cleanDisplayName(typed.replace(/\s/gu, " ").replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, ""));
}

/** What is known about a user whose account is about to be created. */
export type NewPerson = Pick<User, "email" | "displayName" | "passwordHash"> &
  Partial<Pick<User, "attributes" | "locale" | "termsAcceptedAt" | "administrator" | "disabledAt">>;

/**
 * The record of a new account, with a new ID.
 *
 * @param now milliseconds since the epoch
 */
export function newUser(person: NewPerson, now: number): User {
  return {
    id: randomUUID(),
    email: person.email.trim(),
    emailNormalized: normalizeEmail(person.email),
    displayName: person.displayName,
    passwordHash: person.passwordHash,
    attributes: person.attributes ?? {},
    locale: person.locale ?? null,
    termsAcceptedAt: person.termsAcceptedAt ?? null,
    administrator: person.administrator ?? false,
    credentialsVersion: 0,
    createdAt: now,
    disabledAt: person.disabledAt ?? null,
  };
}
