import { decodeJwt } from "jose";
import { choice } from "../interaction/page-request.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Testing } from "../testing/testing.ts";
import { PERSON_PROBLEMS, TOKEN_ACTIONS, type TokenProblem, type TokensView } from "../ui/console/tokens.ts";
import type { ConsoleAnswer, ConsoleHandler, ConsoleRequest } from "./console-request.ts";
import { textIn } from "./found.ts";

/** Of people, apps and APIs, and of scopes, that the fields suggest. Others can be typed. */
const SUGGESTED = 50;

/** The two forms. */
export const getTokens: ConsoleHandler = async (request) => ({
  // Without what the address has: a link could fill in a form.
  view: await viewOf({ ...request, fields: new Map() }, {}),
});

/** The button says which. The answer has the token: no address ever does. */
export const postTokens =
  (testing: Testing): ConsoleHandler =>
  async (request): Promise<ConsoleAnswer> => {
    const action = choice(request.fields, "action", TOKEN_ACTIONS);
    try {
      const missing = missingIn(request, action);
      if (missing) return { view: await viewOf(request, { problem: missing }) };
      return { view: await viewOf(request, await (action === "issue" ? issued : checked)(testing, request)) };
    } catch (error) {
      if (!(error instanceof TenantError)) throw error;
      return { view: await viewOf(request, { problem: problemOf(error, request) }) };
    }
  };

type Result = Partial<Pick<TokensView, "issued" | "checked" | "problem">> & { typed?: Partial<TokensView["typed"]> };

const NEEDED = { issue: ["as", "app", "scopes"], check: ["token", "api"] } as const;

function missingIn(request: ConsoleRequest, action: keyof typeof NEEDED): TokenProblem | null {
  const field = NEEDED[action].find((name) => textIn(request, name) === "");
  return field === undefined ? null : { why: "missing", field };
}

const scopesIn = ({ fields }: ConsoleRequest) =>
  (fields.get("scopes") ?? "").split(/\s+/).filter((each) => each !== "");

/** The form below is filled in with it, so that the next click says who takes it. */
async function issued(testing: Testing, request: ConsoleRequest): Promise<Result> {
  const mfa = request.fields.get("mfa") === "yes";
  const as = textIn(request, "as");
  const made = await testing.issueToken({ as, app: textIn(request, "app"), scopes: scopesIn(request), mfa });
  return {
    issued: { as, token: made.token, expiresAt: made.expiresAt, scopes: made.scopes },
    typed: { token: made.token, api: await apiOf(request, made.token) },
  };
}

/** The name of the API that the token is for. Empty if it is for none of the tenant's, for example of `openid` alone. */
async function apiOf({ ctx }: ConsoleRequest, token: string): Promise<string> {
  const { aud } = decodeJwt(token);
  const api = typeof aud === "string" ? await ctx.store.directory.findApi(aud) : undefined;
  return api?.name ?? "";
}

async function checked(testing: Testing, request: ConsoleRequest): Promise<Result> {
  const token = request.fields.get("token") ?? "";
  return { checked: await testing.checkToken(token, { api: textIn(request, "api") }) };
}

/** The page says it in its own words where it can. */
function problemOf({ code, message, hint }: TenantError, request: ConsoleRequest): TokenProblem {
  if (code === "app_unknown") return { why: code, typed: textIn(request, "app") };
  if (code === "api_unknown") return { why: code, typed: textIn(request, "api") };
  const person = PERSON_PROBLEMS.find((each) => each === code);
  return person ? { why: "person", person } : { why: "other", message, hint };
}

/** Filled in, because there is nothing else to choose. */
const only = (values: readonly string[]): string => (values.length === 1 ? values[0]! : "");

async function viewOf(request: ConsoleRequest, result: Result): Promise<TokensView> {
  const { fields, ctx } = request;
  const { directory, administration } = ctx.store;
  const [people, apps, apis] = await Promise.all([
    administration.users.search({ text: "", after: "", limit: SUGGESTED }),
    directory.listApps(),
    directory.listApis(),
  ]);
  const scopes = apis.flatMap((api) => api.scopes.filter(({ enabled }) => enabled).map(({ value }) => value));
  return {
    page: "console_tokens",
    suggested: {
      people: people.filter(({ disabledAt }) => disabledAt === null).map(({ email }) => email),
      apps: apps.slice(0, SUGGESTED).map(({ name }) => name),
      apis: apis.slice(0, SUGGESTED).map(({ name }) => name),
      scopes: scopes.slice(0, SUGGESTED),
    },
    typed: {
      as: textIn(request, "as") || only(people.map(({ email }) => email)),
      app: textIn(request, "app") || only(apps.map(({ name }) => name)),
      scopes: scopesIn(request).join(" "),
      ...{ mfa: fields.get("mfa") === "yes", token: fields.get("token") ?? "", api: textIn(request, "api") },
      ...result.typed,
    },
    ...{ issued: result.issued ?? null, checked: result.checked ?? null, problem: result.problem ?? null },
  };
}
