import { type Device, device } from "./device.ts";
import { type Ledger, type SignIn, Violation } from "./ledger.ts";
import type { Random } from "./random.ts";
import { AnswerLost, type TenantLife } from "./tenant-life.ts";

const DEVICES = 6;

/** Runs devices and people until the tenant is gone. Rejects with the first broken promise. */
export async function traffic(
  life: TenantLife,
  ledger: Ledger,
  random: Random,
  until: { stopped: AbortSignal; onAnswer: () => void },
): Promise<void> {
  const untilGone = async (round: () => Promise<void>) => {
    try {
      while (!until.stopped.aborted) await round();
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
    }
  };
  const party = device(life, ledger, until.onAnswer);
  await Promise.all([
    ...Array.from({ length: DEVICES }, () => untilGone(() => deviceRound(party, ledger, random))),
    untilGone(() => party.addUser(`person${ledger.users.length}-${random.between(0, 1e9)}@contoso.example`)),
  ]);
}

async function deviceRound(party: Device, ledger: Ledger, random: Random): Promise<void> {
  const idle = ledger.open.filter((each) => !each.busy && each.tokens.length > 0 && each.revoked === "no");
  const signIn = idle.length > 0 && random.chance(0.5) ? random.pick(idle) : await signInOnce(party, ledger, random);
  if (!signIn) return;
  signIn.busy = true;
  for (let renewals = random.between(0, 3); renewals > 0; renewals--) {
    // MSAL presents one refresh token twice at once when it needs tokens for two APIs.
    if (random.chance(0.25)) await both(party.renew(signIn), party.renew(signIn));
    else await party.renew(signIn);
  }
  if (random.chance(0.2)) await party.revoke(signIn);
  signIn.busy = false;
}

/** Starts a sign-in that stays pending, is denied, is only approved, or gets tokens. Returns only the last kind. */
async function signInOnce(party: Device, ledger: Ledger, random: Random): Promise<SignIn | undefined> {
  const signIn = await party.start(random.pick(ledger.users));
  if (random.chance(0.1)) return undefined;
  if (random.chance(0.1)) {
    await party.deny(signIn);
    return undefined;
  }
  await party.approve(signIn);
  if (random.chance(0.15)) return undefined;
  if (random.chance(0.25)) await both(party.redeem(signIn), party.redeem(signIn));
  else await party.redeem(signIn);
  if (signIn.tokens.length === 0) throw new Violation("an approved device code gave no tokens");
  return signIn;
}

/** Waits for both, so that no response arrives after its sign-in continued; then fails like the first that failed. */
async function both(one: Promise<unknown>, other: Promise<unknown>): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) {
    if (result.status === "rejected") throw result.reason;
  }
}
