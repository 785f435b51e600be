import { PWD } from "../../directory/authentication-methods.ts";
import { normalizeEmail, type User } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import { verifyPassword } from "../../directory/password.ts";
import { hashSecret } from "../../kernel/seal.ts";
import { isSignInTooOld } from "../../oauth/authorization-code/decisions.ts";
import type { Flow } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { isRecentSignIn } from "../account/recent-sign-in.ts";
import { passFirstFactor } from "../authentication.ts";
import type { Fields } from "../form.ts";
import { type Answer, arrivalOf, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { signInOptions } from "../passkeys/passkey-ceremony.ts";
import { type Charge, charge, giveBack, networkOf } from "../throttle.ts";
import { requireWay, waysIn } from "./ways-in.ts";

type Problem = Extract<View, { page: "sign_in" }>["problem"];

export async function showSignIn(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  if (!visit.user) return signInPage(visit, flow, null);
  // The same person shows again who they are.
  if (await isTooOld(visit, flow)) return signInPage(visit, { ...flow, email: flow.email ?? visit.user.email }, null);
  const asksFirst = flow.intent === "device" && flow.grantId !== null;
  return { to: asksFirst ? pathOf("/device/continue", flow) : arrivalOf(flow) };
}

/** Signed in too long ago: for what they are about to change, or for the program that sent them. */
async function isTooOld(visit: Visit, flow: Flow): Promise<boolean> {
  if (flow.intent === "account") return !isRecentSignIn(visit);
  if (flow.intent === "device" || flow.grantId === null) return false;
  const request = await visit.ctx.store.authorizations.find(flow.grantId);
  return request !== undefined && isSignInTooOld(request, visit.session?.authTime ?? 0);
}

/** Unknown address, wrong password, disabled account: one answer, and the same work before it (ASVS 6.3.8). */
export async function takeSignIn(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "password");
  const email = (visit.fields.get("email") ?? "").trim();
  const password = visit.fields.get("password") ?? "";
  const keepSignedIn = keepAsked(visit.fields);
  const again = (problem: Problem) => signInPage(visit, { ...flow, email, keepSignedIn }, problem);
  if (email === "" || password === "") return again("empty");

  const charges: Charge[] = [
    ["passwordByIp", networkOf(visit.ip)],
    ["passwordByAccount", hashSecret(normalizeEmail(email))],
  ];
  const charged = await charge(visit, charges);
  if (!charged.allowed) return { ...(await again("too_many")), retryAt: charged.retryAt };

  const { directory } = visit.ctx.store;
  const user = isEmailAddress(email) ? await directory.findUserByEmail(normalizeEmail(email)) : undefined;
  const right = await verifyPassword(user?.passwordHash ?? null, password);
  const signedIn = right && user !== undefined && user.disabledAt === null;
  await auditSignIn(visit, flow, user, signedIn, "password");
  if (!signedIn) return again("wrong");
  await giveBack(visit, charges);
  return passFirstFactor(visit, flow, { user, amr: [PWD], keepSignedIn });
}

export async function auditSignIn(
  visit: Visit,
  flow: Flow,
  user: User | undefined,
  signedIn: boolean,
  method: "password" | "email_code",
): Promise<void> {
  await visit.ctx.store.audit.write({
    at: visit.now,
    event: signedIn ? "user.signed_in" : "user.sign_in_failed",
    actor: "user",
    userId: user?.id ?? null,
    clientId: null,
    grantId: flow.grantId,
    ip: visit.ip,
    detail: { method },
  });
}

/** "Keep me signed in" is ticked. */
export function keepAsked(fields: Fields): boolean {
  return fields.get("keep") === "yes";
}

/** With what stands in its fields: the flow's address, or the one that was typed just now. */
export async function signInPage(visit: Visit, flow: Flow, problem: Problem): Promise<{ view: View }> {
  const { userFlow, signUp } = await waysIn(visit, flow);
  return {
    view: {
      page: "sign_in",
      flowId: flow.id,
      intent: flow.intent,
      email: (flow.email ?? "").slice(0, 254),
      methods: userFlow.methods,
      signUpAllowed: signUp,
      keepSignedIn: flow.keepSignedIn,
      passwordChanged: visit.fields.has("changed"),
      passkeyOptions: await signInOptions(visit, flow),
      problem,
    },
  };
}
