import { randomUUID } from "node:crypto";
import { normalizeEmail, type User } from "./entities.ts";

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
 * The name as entered, without invisible characters: control, bidi and other format characters could make one name read
 * as another.
 */
export function cleanDisplayName(typed: string): string {
  return typed.normalize("NFC").replace(/\s/gu, " ").replace(/\p{C}/gu, "").replace(/ +/g, " ").trim();
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
