import { normalizeEmail, type User } from "../directory/entities.ts";
import { hashSecret } from "../kernel/seal.ts";
import type { AuditRecord } from "../storage/store.ts";
import { type InteractionRequest, subjectIdOf } from "./interaction.ts";
import { byNetwork, count, limits } from "./throttle.ts";

interface Attempt {
  user: User | undefined;
  signedIn: boolean;
  /** The address that was entered, with an account or without; of a passkey that of its owner, if it has one. */
  email: string | undefined;
  detail: AuditRecord["detail"];
}

/**
 * Writes that somebody signed in, or did not. Anybody can fail to sign in as somebody, and records are kept for ever:
 * beyond a number of failures in a day, of an address or from a network, only each doubling is written, with how many
 * there were.
 */
export async function recordSignIn(request: InteractionRequest, attempt: Attempt): Promise<void> {
  const { signedIn, user, detail } = attempt;
  const failures = signedIn ? {} : await failuresToRecord(request, attempt.email);
  if (failures === null) return;
  await request.ctx.store.audit.write({
    at: request.now,
    event: signedIn ? "user.signed_in" : "user.sign_in_failed",
    actor: "user",
    userId: user?.id ?? null,
    clientId: null,
    grantId: subjectIdOf(request),
    ip: request.ip,
    detail: { ...detail, ...failures },
  });
}

/** Null where this failure is only counted. The same work for every address (ASVS 6.3.8). */
async function failuresToRecord(
  request: InteractionRequest,
  email: string | undefined,
): Promise<{ failures?: number; failuresOfNetwork?: number } | null> {
  const failures = await count(request, ["failureRecordsByAccount", hashSecret(normalizeEmail(email ?? ""))]);
  const counts: { value: number; few: number }[] = [{ value: failures, few: limits.failureRecordsByAccount.count }];
  for (const budget of byNetwork("failureRecordsByIp", request.ip)) {
    const [, , times = 1] = budget;
    counts.push({ value: await count(request, budget), few: limits.failureRecordsByIp.count * times });
  }
  if (counts.every(({ value, few }) => value <= few)) return {};
  if (!counts.some(({ value, few }) => isDoubling(value, few))) return null;
  // Of the widest network.
  return { failures, failuresOfNetwork: counts[1]?.value ?? 0 };
}

/** `first` times two, four, eight and so on. */
function isDoubling(value: number, first: number): boolean {
  return value > first && Number.isInteger(Math.log2(value / first));
}
