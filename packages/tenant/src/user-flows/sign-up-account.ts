import { createUser } from "../directory/create-user.ts";
import type { View } from "../pages/view.ts";
import type { Flow } from "../stores/contract.ts";
import { passFirstFactor } from "./authentication.ts";
import { cleanDisplayName, MAX_DISPLAY_NAME } from "./display-name.ts";
import { PageProblem } from "./form.ts";
import { checkPassword, hashPassword } from "./password.ts";
import { requireSignUpFlow, stepOf } from "./sign-up-steps.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

type PasswordProblem = Extract<View, { page: "sign_up_password" }>["problem"];
type NameProblem = Extract<View, { page: "sign_up_name" }>["problem"];

export async function showSignUpPassword(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (flow.email === null || flow.emailVerifiedAt === null) return { to: pathOf(stepOf(flow), flow) };
  return passwordPage(flow, flow.email, null);
}

export async function takeSignUpPassword(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (flow.email === null || flow.emailVerifiedAt === null) return { to: pathOf(stepOf(flow), flow) };
  const password = visit.fields.get("password") ?? "";
  const problem = await checkPassword(password, { email: flow.email, tenantName: visit.ctx.config.name });
  if (problem) return passwordPage(flow, flow.email, problem);
  const { sessions } = visit.ctx.store;
  if (!(await sessions.setFlowPassword(flow.id, flow.sessionId, await hashPassword(password)))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return { to: pathOf("/sign-up/name", flow) };
}

export async function showSignUpName(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (stepOf(flow) !== "/sign-up/name") return { to: pathOf(stepOf(flow), flow) };
  return namePage(flow, "", null);
}

/** The last step makes the account and signs it in. */
export async function takeSignUpName(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  const { email, passwordHash } = flow;
  if (email === null || passwordHash === null || stepOf(flow) !== "/sign-up/name") {
    return { to: pathOf(stepOf(flow), flow) };
  }
  const displayName = cleanDisplayName(visit.fields.get("display_name") ?? "");
  if (displayName === "") return namePage(flow, "", "empty");
  if ([...displayName].length > MAX_DISPLAY_NAME) return namePage(flow, displayName, "long");

  const user = await createUser(visit.ctx, { email, displayName, passwordHash });
  // The address was proven, so saying that it has an account by now tells its owner only.
  if (user === "taken") return { to: pathOf("/sign-in", flow) };
  for (const event of ["user.signed_up", "user.signed_in"]) {
    await visit.ctx.store.audit.write({
      at: visit.now,
      event,
      actor: "user",
      userId: user.id,
      clientId: null,
      grantId: flow.grantId,
      ip: visit.ip,
      detail: {},
    });
  }
  return passFirstFactor(visit, flow, { user, amr: ["pwd"] });
}

function passwordPage(flow: Flow, email: string, problem: PasswordProblem): Answer {
  return { view: { page: "sign_up_password", flowId: flow.id, email, problem } };
}

function namePage(flow: Flow, displayName: string, problem: NameProblem): Answer {
  return { view: { page: "sign_up_name", flowId: flow.id, displayName: displayName.slice(0, 200), problem } };
}
