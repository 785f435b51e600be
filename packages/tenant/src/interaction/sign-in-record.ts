import { normalizeEmail, type User } from "../directory/entities.ts";
import { hashSecret } from "../kernel/seal.ts";
import type { AuditRecord } from "../storage/store.ts";
import { type InteractionRequest, subjectIdOf } from "./interaction.ts";
import { type Budget, byNetwork, consume, limits } from "./throttle.ts";

interface Attempt {
  user: User | undefined;
  signedIn: boolean;
  /** The address that was entered, with or without an account. For a passkey, its owner's, if known. */
  email: string | undefined;
  detail: AuditRecord["detail"] & { method: "password" | "email_code" | "passkey" };
}

/**
 * Records a sign-in or a failure. Anyone can cause failures, and records are kept forever. So beyond a daily number of
 * failures per address or network, only each doubling is recorded, with the count.
 */
export async function recordSignIn(request: InteractionRequest, attempt: Attempt): Promise<void> {
  const { signedIn, user, detail } = attempt;
  request.ctx.telemetry.signIn(detail.method, signedIn ? "success" : "failure");
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

/** Null if this failure is only counted. The same work for every address (ASVS 6.3.8). */
async function failuresToRecord(
  request: InteractionRequest,
  email: string | undefined,
): Promise<{ failures?: number; failuresOfNetwork?: number } | null> {
  const budgets: Budget[] = [
    ["failureRecordsByAccount", hashSecret(normalizeEmail(email ?? ""))],
    ...byNetwork("failureRecordsByIp", request.ip),
  ];
  const consumed = await consume(request, budgets);
  // They are only counted.
  if (!consumed.allowed) return null;
  const counts = budgets.map(([limit, , times = 1], index) => ({
    value: consumed.counts[index]!,
    few: limits[limit].count * times,
  }));
  if (counts.every(({ value, few }) => value <= few)) return {};
  if (!counts.some(({ value, few }) => isDoubling(value, few))) return null;
  // Of the widest network.
  return { failures: consumed.counts[0]!, failuresOfNetwork: consumed.counts[1] ?? 0 };
}

/** `first` times two, four, eight and so on. */
function isDoubling(value: number, first: number): boolean {
  return value > first && Number.isInteger(Math.log2(value / first));
}
