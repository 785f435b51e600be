import { REFRESH_GRACE } from "../../packages/tenant/src/directory/lifetimes.ts";
import { type Device, device, expectRefusal } from "./device.ts";
import { count, type Ledger, type SignIn, type Spent, Violation } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { TenantLife } from "./tenant-life.ts";

const BEYOND_GRACE = REFRESH_GRACE + 1_000;
/** How many secrets that were used in earlier lives are tried again after each restart. */
const SAMPLE = 25;
/** Sign-ins that continue after a restart; the others are checked once, so that a long run does not slow down. */
const KEPT = 20;

/** Compares a tenant that was killed and restarted with what its clients know. Throws the first broken promise. */
export async function checkAfterRestart(life: TenantLife, ledger: Ledger, random: Random): Promise<void> {
  const party = device(life, ledger);
  const held = (what: string) => count(ledger.held, what);

  const listed = await life.operate({ do: "list_users" });
  const there = new Set((listed.ok ? (listed.result as { email: string }[]) : []).map((user) => user.email));
  for (const email of ledger.users) if (!there.has(email)) throw new Violation(`the account ${email} is gone`);
  held("accounts still there");

  const old = sample(ledger.spent, random);
  const open = ledger.open.splice(0);
  for (const signIn of open) {
    signIn.busy = false;
    await checkCode(party, ledger, signIn, held);
    if (signIn.tokens.length > 0) await checkTokens(party, ledger, signIn, held);
  }
  for (const spent of old) await checkSpent(party, spent, held);

  const live = ledger.open.filter((each) => each.tokens.length > 1);
  const reused = live.filter(() => random.chance(0.4));
  // A token has no grace once its successor was used; only the second newest has it, until the grace ends.
  const early = reused.filter((each) => each.tokens.length > 2 && random.chance(0.5));
  for (const signIn of early)
    await checkReuse(party, ledger, signIn, random.between(0, signIn.tokens.length - 3), held);
  await life.advance(BEYOND_GRACE);
  const late = reused.filter((each) => !early.includes(each));
  for (const signIn of late) await checkReuse(party, ledger, signIn, random.between(0, signIn.tokens.length - 2), held);
  ledger.open = ledger.open.filter((each) => !reused.includes(each)).slice(-KEPT);
}

type Held = (what: string) => void;

/** The device code's state is the acknowledged one, or either one if the response was lost. */
async function checkCode(party: Device, ledger: Ledger, signIn: SignIn, held: Held): Promise<void> {
  const { approved, denied, redeemed, deviceCode } = signIn;
  if (redeemed === "yes") {
    // Checked once, then treated as used.
    if (!ledger.spent.some((each) => each.secret === deviceCode)) {
      const spent: Spent = { kind: "device_code", secret: deviceCode, because: "redeemed" };
      ledger.spent.push(spent);
      await checkSpent(party, spent, held);
    }
    return;
  }
  const reply = await party.poll(deviceCode);
  if (reply.status === 200) {
    if (approved === "no" || denied !== "no") throw new Violation("an unapproved code gave tokens");
    signIn.redeemed = "yes";
    signIn.tokens.push(String(reply.body.refresh_token));
    held(approved === "yes" ? "approved code redeemed after the restart" : "half-answered approval had happened");
    return;
  }
  if (redeemed === "maybe" && approved === "yes" && reply.body.error === "invalid_grant") {
    ledger.spent.push({ kind: "device_code", secret: deviceCode, because: "redeemed" });
    held("half-answered redemption had happened");
  } else if (denied !== "no") {
    expectRefusal(reply, "access_denied", ...(denied === "maybe" ? ["authorization_pending"] : []));
    held(denied === "yes" ? "denied code stayed denied" : "half-answered denial is whole or nothing");
  } else if (approved === "yes") {
    throw new Violation(`an approved code gave ${JSON.stringify(reply.body)}`);
  } else {
    expectRefusal(reply, "authorization_pending");
    held(approved === "no" ? "pending code still known" : "half-answered approval had not happened");
    // A code that its person had claimed can still be approved by that person.
    await party.approve(signIn);
    ledger.open.push(signIn);
  }
}

async function checkTokens(party: Device, ledger: Ledger, signIn: SignIn, held: Held): Promise<void> {
  const newest = signIn.tokens.at(-1)!;
  if (signIn.revoked === "no") {
    // If a renewal's response was lost, this repeats that response or is the first use of the token.
    await party.renew(signIn);
    held("newest refresh token works");
    ledger.open.push(signIn);
    return;
  }
  const next = await party.present(newest);
  if (next !== undefined && signIn.revoked === "yes") throw new Violation("a revoked sign-in was renewed");
  held(signIn.revoked === "yes" ? "revoked sign-in stayed revoked" : "half-answered revocation is whole or nothing");
  if (next === undefined) ledger.spent.push({ kind: "refresh_token", secret: newest, because: "revoked" });
}

/** An old refresh token ends its whole sign-in (RFC 9700 §4.14.2). */
async function checkReuse(
  party: Device,
  ledger: Ledger,
  signIn: SignIn,
  generation: number,
  held: Held,
): Promise<void> {
  if ((await party.present(signIn.tokens[generation]!)) !== undefined)
    throw new Violation("a rotated refresh token revived");
  if ((await party.present(signIn.tokens.at(-1)!)) !== undefined) throw new Violation("reuse did not end the sign-in");
  held("rotated refresh token stayed rotated, its reuse ended the sign-in");
  for (const secret of [signIn.tokens[generation]!, signIn.tokens.at(-1)!]) {
    ledger.spent.push({ kind: "refresh_token", secret, because: "reused" });
  }
}

async function checkSpent(party: Device, { kind, secret, because }: Spent, held: Held): Promise<void> {
  if (kind === "device_code") expectRefusal(await party.poll(secret), "invalid_grant");
  else if ((await party.present(secret)) !== undefined)
    throw new Violation(`a refresh token revived that was ${because}`);
  held(`${kind} stayed ${because}`);
}

function sample<T>(from: T[], random: Random): T[] {
  if (from.length <= SAMPLE) return [...from];
  return Array.from({ length: SAMPLE }, () => random.pick(from));
}
