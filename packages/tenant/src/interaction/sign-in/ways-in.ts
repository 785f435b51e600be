import type { UserFlow } from "../../directory/user-flow.ts";
import type { Flow } from "../../storage/store.ts";
import { userFlowOf } from "../authentication.ts";
import { PageProblem } from "../form.ts";
import type { Visit } from "../page-request.ts";

/** How people get in for the app that a walk is about. */
export interface WaysIn {
  userFlow: UserFlow;
  password: boolean;
  emailCode: boolean;
  /** By the tenant and by the user flow. */
  signUp: boolean;
}

export async function waysIn(visit: Visit, flow: Flow): Promise<WaysIn> {
  const { config } = visit.ctx;
  const userFlow = await userFlowOf(visit, flow);
  return {
    userFlow,
    password: userFlow.methods.includes("password"),
    emailCode: userFlow.methods.includes("email_code"),
    signUp: config.signUpAllowed && userFlow.signUpAllowed,
  };
}

/** The pages of a way that the app does not offer are not there. */
export async function requireWay(visit: Visit, flow: Flow, way: "password" | "emailCode" | "signUp"): Promise<WaysIn> {
  const ways = await waysIn(visit, flow);
  if (!ways[way]) throw new PageProblem({ page: "not_found" });
  return ways;
}
