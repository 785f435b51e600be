import { hashSecret } from "./seal.ts";

/** The store's name for what is counted: the limit, and of whom. */
export const bucketOf = (limit: string, whose: string): string => `${limit}:${whose}`;

/** Wrong passwords for one email address, with or without an account, in a window that begins with the first. */
export const PASSWORD_LIMIT = { count: 10, windowMs: 15 * 60_000 } as const;

/** What a sign-in with a password takes one of. The address is hashed: anything can be typed as one. */
export const passwordBudget = (emailNormalized: string) => ["passwordByAccount", hashSecret(emailNormalized)] as const;

/** The same limit, for those who read whether it refuses, or lift it. */
export const passwordLimitOf = ({ emailNormalized }: { emailNormalized: string }) => ({
  bucket: bucketOf(...passwordBudget(emailNormalized)),
  most: PASSWORD_LIMIT.count,
});
