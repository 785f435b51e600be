import { normalizeEmail } from "../directory/entities.ts";
import type { View } from "../pages/view.ts";
import type { Flow } from "../stores/contract.ts";
import { hashSecret } from "../tokens/seal.ts";
import { passFirstFactor } from "./authentication.ts";
import { isEmailAddress } from "./email-address.ts";
import { signInOptions } from "./passkey-ceremony.ts";
import { verifyPassword } from "./password.ts";
import { isRecentSignIn } from "./recent-sign-in.ts";
import { type Charge, charge, giveBack, networkOf } from "./throttle.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "./visit.ts";

type Problem = Extract<View, { page: "sign_in" }>["problem"];

export async function showSignIn(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const { user } = visit;
  if (!user) return signInPage(visit, flow, flow.email ?? "", null);
  if (flow.intent === "account") {
    // Signed in too long ago for what they are about to change: the same person shows again who they are.
    return isRecentSignIn(visit) ? { to: "/me" } : signInPage(visit, flow, flow.email ?? user.email, null);
  }
  return { to: flow.grantId === null ? "/device" : pathOf("/device/continue", flow) };
}

/** Unknown address, wrong password, disabled account: one answer, and the same work before it (ASVS 6.3.8). */
export async function takeSignIn(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const email = (visit.fields.get("email") ?? "").trim();
  const password = visit.fields.get("password") ?? "";
  if (email === "" || password === "") return signInPage(visit, flow, email, "empty");

  const charges: Charge[] = [
    ["passwordByIp", networkOf(visit.ip)],
    ["passwordByAccount", hashSecret(normalizeEmail(email))],
  ];
  const charged = await charge(visit, charges);
  if (!charged.allowed) return { ...(await signInPage(visit, flow, email, "too_many")), retryAt: charged.retryAt };

  const { store } = visit.ctx;
  const user = isEmailAddress(email) ? await store.directory.findUserByEmail(normalizeEmail(email)) : undefined;
  const right = await verifyPassword(user?.passwordHash ?? null, password);
  const signedIn = right && user !== undefined && user.disabledAt === null;
  await store.audit.write({
    at: visit.now,
    event: signedIn ? "user.signed_in" : "user.sign_in_failed",
    actor: "user",
    userId: user?.id ?? null,
    clientId: null,
    grantId: flow.grantId,
    ip: visit.ip,
    detail: {},
  });
  if (!signedIn) return signInPage(visit, flow, email, "wrong");
  await giveBack(visit, charges);
  return passFirstFactor(visit, flow, { user, amr: ["pwd"] });
}

export async function signInPage(visit: Visit, flow: Flow, email: string, problem: Problem): Promise<{ view: View }> {
  return {
    view: {
      page: "sign_in",
      flowId: flow.id,
      intent: flow.intent,
      email: email.slice(0, 254),
      signUpAllowed: visit.ctx.config.signUpAllowed,
      passkeyOptions: await signInOptions(visit, flow),
      problem,
    },
  };
}
