/** A secret that authenticates an app (Graph: a `passwordCredential`). Its text is shown once and never stored. */
export interface AppSecret {
  /** A lower-case GUID. */
  keyId: string;
  /** The app's client ID. */
  clientId: string;
  /** SHA-256 of the text, in base64url. */
  secretHash: string;
  /** The first three characters, to distinguish secrets; null if they were not stored. */
  hint: string | null;
  /** The secret's name, if it has one. */
  displayName: string | null;
  /** When it becomes valid, in milliseconds since the epoch. */
  startsAt: number;
  /** When it expires, in milliseconds since the epoch. */
  endsAt: number;
}

/** Settings of a new secret. Defaults, as in Graph: no name, valid from now, for two years. */
export type NewSecret = Partial<Pick<AppSecret, "displayName" | "startsAt" | "endsAt">>;

/** Enough to replace a secret on several machines. All of them are compared when the app authenticates. */
export const MAX_SECRETS = 10;

export const DAY_MS = 24 * 60 * 60_000;

/** Two years with a leap day, plus a day for clock differences. */
const MAX_LIFE_MS = 732 * DAY_MS;

const MAX_NAME = 120;

export type SecretProblem = "name" | "ended" | "too_late" | "too_long";

/** Why a new secret is refused, written for the person who adds it. */
export const secretProblems: Record<SecretProblem, string> = {
  name: `The name is empty, longer than ${MAX_NAME} characters, or contains invisible characters.`,
  ended: "The end must be in the future and after the start.",
  too_late: "The start must be within the next two years.",
  too_long: "A secret can be valid for two years at most.",
};

/** The validated name and times of a new secret, with defaults filled in. */
export function checkedSecret(
  { displayName = null, startsAt, endsAt }: NewSecret,
  now: number,
): Required<NewSecret> | SecretProblem {
  if (displayName !== null && !isName(displayName)) return "name";
  const start = startsAt ?? now;
  const end = endsAt ?? twoYearsAfter(start);
  if (!(end > now && end > start)) return "ended";
  if (start > now + MAX_LIFE_MS) return "too_late";
  if (end - Math.max(start, now) > MAX_LIFE_MS) return "too_long";
  return { displayName, startsAt: start, endsAt: end };
}

const isName = (name: string) => name.length <= MAX_NAME && /\S/.test(name) && /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u.test(name);

function twoYearsAfter(time: number): number {
  const date = new Date(time);
  return date.setUTCFullYear(date.getUTCFullYear() + 2);
}
