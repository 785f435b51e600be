import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import type { User } from "../../directory/entities.ts";
import { type InteractionRequest, subjectIdOf } from "../interaction.ts";
import { type Answer, PageProblem } from "../page-request.ts";
import { passFirstFactor, passSecondFactor } from "../proceed.ts";
import { keepAsked, signInPage } from "../sign-in/sign-in.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { byNetwork, consume, refund } from "../throttle.ts";
import { relyingPartyOf, takeChallenge, userHandleOf } from "./passkey-ceremony.ts";
import { readResponse, verifyAssertion } from "./passkey-verification.ts";

type Proof =
  | { user: User }
  | {
      failed: "answered" | "unreadable" | "unknown" | "another" | "unverified" | "counter" | "used" | "disabled";
      user?: User;
    };

/** The page shows the same error for any problem with a passkey. The audit log has the reason. */
export async function postPasskey(request: InteractionRequest): Promise<Answer> {
  // If the app's sign-in does not accept passkeys, one can be the second factor of a user who passed a first one here.
  const onlyOf = request.ways.passkey ? undefined : (request.interaction.firstFactor?.userId ?? null);
  if (onlyOf === null || !relyingPartyOf(request.ctx.config)) throw new PageProblem({ page: "not_found" });
  const budgets = byNetwork("passkeyByIp", request.ip);
  const consumed = await consume(request, budgets);
  if (!consumed.allowed) return { ...signInPage(request, "too_many"), retryAt: consumed.retryAt };

  const proof = await prove(request, onlyOf);
  const failed = "failed" in proof ? proof.failed : undefined;
  await recordSignIn(request, {
    user: proof.user,
    signedIn: failed === undefined,
    email: proof.user?.email,
    detail: { method: "passkey", ...(failed === undefined ? {} : { why: failed }) },
  });
  if ("failed" in proof) return signInPage(request, "passkey");
  await refund(request, budgets);
  if (onlyOf !== undefined) return passSecondFactor(request, proof.user, "passkey");
  return passFirstFactor(request, { user: proof.user, method: "passkey", keepSignedIn: keepAsked(request.fields) });
}

async function prove(request: InteractionRequest, onlyOf: string | undefined): Promise<Proof> {
  const { store, config } = request.ctx;
  const rp = relyingPartyOf(config);
  const challenge = await takeChallenge(request, "sign_in");
  if (!rp || challenge === undefined) return { failed: "answered" };
  const response = readResponse<AuthenticationResponseJSON>(request.fields.get("passkey") ?? "");
  if (!response) return { failed: "unreadable" };

  const passkey = await store.passkeys.find(response.id);
  const user = passkey && (await store.directory.findUser(passkey.userId));
  if (!passkey || !user) return { failed: "unknown" };
  if (onlyOf !== undefined && user.id !== onlyOf) return { failed: "another", user };
  // WebAuthn §7.2 step 6: no user was named before, so the key must name its owner.
  if (response.response.userHandle !== userHandleOf(user.id)) return { failed: "unverified", user };
  const verified = await verifyAssertion({ challenge, rp }, response, passkey);
  if (!verified) return { failed: "unverified", user };
  if (user.disabledAt !== null) return { failed: "disabled", user };

  const { counter, backedUp } = verified;
  const used = { from: passkey.counter, to: counter, backedUp, now: request.now };
  if (await store.passkeys.use(passkey.credentialId, used)) return { user };
  const wentBack = counter <= passkey.counter;
  if (wentBack) {
    await store.audit.write({
      at: request.now,
      event: "passkey.counter_went_back",
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: subjectIdOf(request),
      ip: request.ip,
      detail: { credentialId: passkey.credentialId, counter, expectedAbove: passkey.counter },
    });
  }
  return { failed: wentBack ? "counter" : "used", user };
}
