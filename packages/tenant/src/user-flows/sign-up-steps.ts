import type { Flow } from "../stores/contract.ts";
import { PageProblem } from "./form.ts";
import { requireFlow, type Visit } from "./visit.ts";

/** Where this sign-up stands; a page out of turn leads there (ASVS 2.3.1). */
export function stepOf(flow: Flow): "/sign-up" | "/sign-up/code" | "/sign-up/password" | "/sign-up/name" {
  if (flow.email === null) return "/sign-up";
  if (flow.emailVerifiedAt === null) return "/sign-up/code";
  return flow.passwordHash === null ? "/sign-up/password" : "/sign-up/name";
}

/** The flow, where people may create accounts at all. */
export async function requireSignUpFlow(visit: Visit): Promise<Flow> {
  if (!visit.ctx.config.signUpAllowed) throw new PageProblem({ page: "not_found" });
  return requireFlow(visit);
}
