/** A secret by which an app proves who it is (Graph: a `passwordCredential`). Its text is shown once and never stored. */
export interface AppSecret {
  /** Lower-case GUID. */
  keyId: string;
  clientId: string;
  /** SHA-256 of the text, base64url. */
  secretHash: string;
  /** The first three characters, to tell secrets apart; null where they were not kept. */
  hint: string | null;
  displayName: string | null;
  /** Milliseconds since the epoch, both. */
  startsAt: number;
  endsAt: number;
}

/** What is said of a new secret; left out: without a name, from now on, for two years (as Graph has it). */
export type NewSecret = Partial<Pick<AppSecret, "displayName" | "startsAt" | "endsAt">>;

/** Enough to replace one on several machines; all of them are compared at each sign-in of the app. */
export const MAX_SECRETS = 10;

export const DAY_MS = 24 * 60 * 60_000;

/** Two years with a leap day, and a day for clocks that differ. */
const MAX_LIFE_MS = 732 * DAY_MS;

const MAX_NAME = 120;

export type SecretProblem = "name" | "ended" | "too_late" | "too_long";

/** What a new secret is refused for, in words for whoever adds it. */
export const secretProblems: Record<SecretProblem, string> = {
  name: `The name is empty, has more than ${MAX_NAME} characters, or has some that cannot be seen.`,
  ended: "It has to end later than now, and later than it begins.",
  too_late: "It has to begin within two years.",
  too_long: "A secret lives for two years at most.",
};

/** Name and times of a new secret, complete and checked. */
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
