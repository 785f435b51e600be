import type { Flow } from "../../storage/store.ts";
import { requireFlow, type Visit } from "../page-request.ts";
import { requireWay, type WaysIn } from "../sign-in/ways-in.ts";

export type SignUpStep = "/sign-up" | "/sign-up/code" | "/sign-up/password" | "/sign-up/details";

/** A walk that makes an account. */
export interface SignUp {
  flow: Flow;
  ways: WaysIn;
  /** Empty before the first step. */
  email: string;
  /** Where it stands; a page out of turn leads there (ASVS 2.3.1). */
  step: SignUpStep;
  /** How many there are. */
  steps: number;
}

/** The walk, where people may create accounts at all. */
export async function requireSignUp(visit: Visit): Promise<SignUp> {
  const flow = await requireFlow(visit);
  const ways = await requireWay(visit, flow, "signUp");
  return { flow, ways, email: emailOf(flow), step: stepOf(flow, ways), steps: ways.password ? 4 : 3 };
}

/** An address that was typed or proven for something else counts for nothing here. */
function emailOf(flow: Flow): string {
  return flow.emailPurpose === "sign_up" && flow.email !== null ? flow.email : "";
}

function stepOf(flow: Flow, ways: WaysIn): SignUpStep {
  if (emailOf(flow) === "") return "/sign-up";
  if (flow.emailVerifiedAt === null) return "/sign-up/code";
  return ways.password && flow.passwordHash === null ? "/sign-up/password" : "/sign-up/details";
}
