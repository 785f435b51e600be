import type { User } from "../../directory/entities.ts";
import { checkPassword, hashPassword } from "../../directory/password.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { View } from "../../ui/view.ts";
import type { Answer, Visit } from "../page-request.ts";
import { requireRecentSignIn } from "./recent-sign-in.ts";

type Problem = Extract<View, { page: "my_password" }>["problem"];

export async function showMyPassword({ user }: Visit): Promise<Answer> {
  return user ? passwordPage(user, null) : { view: { page: "account_signed_out" } };
}

/** Every other browser and every device is signed out by it; this browser stays. */
export async function takeMyPassword(visit: Visit): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  const { ctx, now, ip, session, user } = visit;
  if (refused || !session || !user) return refused ?? { to: "/me" };
  const password = visit.fields.get("password") ?? "";
  const problem = await checkPassword(password, { email: user.email, tenantName: ctx.config.name });
  if (problem) return passwordPage(user, problem);
  const changed = await ctx.store.sessions.changePassword({
    userId: user.id,
    from: user.passwordHash,
    passwordHash: await hashPassword(password),
    keepSessionId: session.id,
    now,
    audit: {
      at: now,
      event: "user.password_changed",
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: null,
      ip,
      detail: {},
    },
  });
  // Changed elsewhere this moment, by a reset for example: that one stands.
  if (changed) await sendSecurityNotification(ctx, user, { kind: "password_changed" }, { ip });
  return { to: "/me" };
}

function passwordPage(user: User, problem: Problem): Answer {
  return { view: { page: "my_password", flowId: "", email: user.email, problem } };
}
