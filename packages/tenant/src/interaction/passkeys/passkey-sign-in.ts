import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import { MFA } from "../../directory/authentication-methods.ts";
import type { User } from "../../directory/entities.ts";
import type { Flow } from "../../storage/store.ts";
import { passFirstFactor } from "../authentication.ts";
import { PageProblem } from "../form.ts";
import { type Answer, requireFlow, type Visit } from "../page-request.ts";
import { keepAsked, signInPage } from "../sign-in/sign-in.ts";
import { type Charge, charge, giveBack, networkOf } from "../throttle.ts";
import { relyingPartyOf, signInOptions, takeChallenge, userHandleOf } from "./passkey-ceremony.ts";
import { readResponse, verifyAssertion } from "./passkey-verification.ts";

/**
 * What `amr` says of a passkey (RFC 8176): possession of a key, somebody present, and two factors, because finger, face
 * or PIN unlocked it. Neither `hwk` nor `swk`: without attestation nobody knows where the key lives.
 */
export const PASSKEY_AMR = ["pop", "user", MFA];

type Proof =
  | { user: User }
  | {
      failed: "answered" | "unreadable" | "unknown" | "another" | "unverified" | "counter" | "used" | "disabled";
      user?: User;
    };

/** Whatever is wrong with a passkey, the page says one thing; the audit log says which. */
export async function takePasskey(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  // Where the app's sign-in has no passkeys, one is the second factor of whoever showed a first one in this walk.
  const onlyOf = (await signInOptions(visit, flow)) === null ? flow.userId : undefined;
  if (onlyOf === null || !relyingPartyOf(visit.ctx.config)) throw new PageProblem({ page: "not_found" });
  const charges: Charge[] = [["passkeyByIp", networkOf(visit.ip)]];
  const charged = await charge(visit, charges);
  if (!charged.allowed) return { ...(await signInPage(visit, flow, "too_many")), retryAt: charged.retryAt };

  const proof = await prove(visit, flow, onlyOf);
  const failed = "failed" in proof ? proof.failed : undefined;
  await visit.ctx.store.audit.write({
    at: visit.now,
    event: failed === undefined ? "user.signed_in" : "user.sign_in_failed",
    actor: "user",
    userId: proof.user?.id ?? null,
    clientId: null,
    grantId: flow.grantId,
    ip: visit.ip,
    detail: { method: "passkey", ...(failed === undefined ? {} : { why: failed }) },
  });
  // The walk as it stands now: the next page has the next challenge.
  if ("failed" in proof) return signInPage(visit, await requireFlow(visit), "passkey");
  await giveBack(visit, charges);
  return passFirstFactor(visit, flow, { user: proof.user, amr: PASSKEY_AMR, keepSignedIn: keepAsked(visit.fields) });
}

async function prove(visit: Visit, flow: Flow, onlyOf: string | undefined): Promise<Proof> {
  const { store, config } = visit.ctx;
  const rp = relyingPartyOf(config);
  const challenge = await takeChallenge(visit, flow, "sign_in");
  if (!rp || challenge === undefined) return { failed: "answered" };
  const response = readResponse<AuthenticationResponseJSON>(visit.fields.get("passkey") ?? "");
  if (!response) return { failed: "unreadable" };

  const passkey = await store.passkeys.find(response.id);
  const user = passkey && (await store.directory.findUser(passkey.userId));
  if (!passkey || !user) return { failed: "unknown" };
  if (onlyOf !== undefined && user.id !== onlyOf) return { failed: "another", user };
  // WebAuthn §7.2 step 6: nobody was named before, so the key must name its owner.
  if (response.response.userHandle !== userHandleOf(user.id)) return { failed: "unverified", user };
  const verified = await verifyAssertion({ challenge, rp }, response, passkey);
  if (!verified) return { failed: "unverified", user };
  if (user.disabledAt !== null) return { failed: "disabled", user };

  const { counter, backedUp } = verified;
  const used = { from: passkey.counter, to: counter, backedUp, now: visit.now };
  if (await store.passkeys.use(passkey.credentialId, used)) return { user };
  const wentBack = counter <= passkey.counter;
  if (wentBack) {
    await store.audit.write({
      at: visit.now,
      event: "passkey.counter_went_back",
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: flow.grantId,
      ip: visit.ip,
      detail: { credentialId: passkey.credentialId, counter, expectedAbove: passkey.counter },
    });
  }
  return { failed: wentBack ? "counter" : "used", user };
}
