import { z } from "zod";
import { ACCOUNT_FLOW_SETTING, SIGN_UP_SETTING } from "../../directory/user-flow.ts";
import { entity, type Resource } from "../odata/answer.ts";
import { badRequest } from "../odata/graph-error.ts";
import { type GraphAnswer, type GraphCall, type GraphRoute, NO_CONTENT, readBody, strictBody } from "../odata/route.ts";

/**
 * Graph's only sign-up policy (authenticationFlowsPolicy). `doorcodeAccountUserFlow` is an addition
 * (docs/differences.md): the user flow of the account page.
 */
const policy: Resource = {
  type: "authenticationFlowsPolicy",
  set: "policies/authenticationFlowsPolicy",
  properties: ["id", "displayName", "selfServiceSignUp", "doorcodeAccountUserFlow"],
};

const PATH = "policies/authenticationFlowsPolicy";
const WRITE = ["Policy.ReadWrite.AuthenticationFlows"];

const input = strictBody({
  selfServiceSignUp: strictBody({ isEnabled: z.boolean() }).optional(),
  doorcodeAccountUserFlow: strictBody({ id: z.string().max(64) })
    .nullable()
    .optional(),
});

export const authenticationFlowsPolicyRoutes: GraphRoute[] = [
  { method: "GET", path: PATH, scopes: ["Policy.Read.All", ...WRITE], handle: get },
  { method: "PATCH", path: PATH, scopes: WRITE, handle: patch },
];

async function get(call: GraphCall): Promise<GraphAnswer> {
  const { directory } = call.ctx.store;
  const [signUp, flow] = await Promise.all([
    directory.setting(SIGN_UP_SETTING),
    directory.setting(ACCOUNT_FLOW_SETTING),
  ]);
  return entity(call, policy, {
    id: "authenticationFlowsPolicy",
    displayName: "Authentication flows policy",
    selfServiceSignUp: { isEnabled: signUp !== "off" },
    doorcodeAccountUserFlow: flow ? { id: flow } : null,
  });
}

async function patch(call: GraphCall): Promise<GraphAnswer> {
  const { selfServiceSignUp, doorcodeAccountUserFlow: flow } = readBody(call, input, policy.type);
  const outcome = await call.admin.userFlows.changeSettings({
    ...(selfServiceSignUp && { signUpAllowed: selfServiceSignUp.isEnabled }),
    ...(flow !== undefined && { accountUserFlowId: flow?.id.toLowerCase() ?? null }),
  });
  if (outcome === "unknown") throw badRequest(`doorcodeAccountUserFlow: the user flow '${flow?.id}' does not exist.`);
  return NO_CONTENT;
}
