import { codeIn } from "../../admin/inbox.ts";
import { TenantError } from "../../kernel/tenant-error.ts";
import { DECISION_PROBLEMS, type DecisionProblem, type NowView } from "../../ui/console/now.ts";
import type { ConsoleAnswer, ConsoleDecisions, ConsoleRequest } from "../console-request.ts";
import { keyIn, PAGE_ROWS, pageOf } from "../paging.ts";

/** Email addresses that the field for a person suggests. Others can be typed. */
const SUGGESTED = 20;
const MAILS = 3;

/** The requests of devices, and what is beside them. */
export async function getNow(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return { view: await nowView(request, null) };
}

export const postApprove = deciding(async (decisions, { code, email, mfa }) => {
  if (email === "") return "email_missing";
  await decisions.approve({ code, as: email, mfa });
  return undefined;
});
export const postDecline = deciding(async (decisions, { code }) => {
  await decisions.deny(code);
  return undefined;
});
export const postExpire = deciding(async (decisions, { code }) => {
  await decisions.expire(code);
  return undefined;
});

interface Decision {
  code: string;
  email: string;
  mfa: boolean;
}

/** A decision, or the page again with the reason why there is none, and with what was chosen. */
function deciding(decide: (decisions: ConsoleDecisions, by: Decision) => Promise<DecisionProblem | undefined>) {
  return async (request: ConsoleRequest): Promise<ConsoleAnswer> => {
    const { fields, decisions } = request;
    // Only the embedded tenant has these pages.
    if (!decisions) return { view: { page: "console_problem", problem: { why: "not_found" } } };
    const decision: Decision = {
      code: (fields.get("code") ?? "").slice(0, 40),
      email: (fields.get("as") ?? "").trim(),
      mfa: fields.get("mfa") === "yes",
    };
    const why = await problemOf(() => decide(decisions, decision));
    if (why === undefined) return { to: "/console" };
    const { code: about, ...chosen } = decision;
    return { view: await nowView(request, { about, why, ...chosen }) };
  };
}

async function problemOf(decide: () => Promise<DecisionProblem | undefined>): Promise<DecisionProblem | undefined> {
  try {
    return (await decide()) ?? undefined;
  } catch (error) {
    const why = error instanceof TenantError ? DECISION_PROBLEMS.find((code) => code === error.code) : undefined;
    if (why === undefined) throw error;
    return why;
  }
}

async function nowView(request: ConsoleRequest, problem: NowView["problem"]): Promise<NowView> {
  const { ctx, now, fields, embedded, decisions } = request;
  const { liveRequests, administration, mail } = ctx.store;
  const after = keyIn(fields, [0, ""]);
  const [listed, waiting, people, mails, login] = await Promise.all([
    liveRequests.list({
      now,
      after: after && { expiresAt: after[0], id: after[1] },
      limit: PAGE_ROWS + 1,
    }),
    liveRequests.count(now),
    decisions && administration.users.search({ text: "", after: "", limit: SUGGESTED }),
    embedded ? mail.listMails() : null,
    request.tools.loginCommand?.(),
  ]);
  const { rows, next } = pageOf(listed, ({ expiresAt, id }) => [expiresAt, id]);
  return {
    page: "now",
    ...{ waiting, next, problem, isFirst: after === undefined, requests: rows },
    people: people?.filter(({ disabledAt }) => disabledAt === null).map(({ email }) => email) ?? null,
    login: login ?? null,
    mails:
      mails?.slice(0, MAILS).map(({ id, to, subject, createdAt, text }) => ({
        ...{ id, to, subject, at: createdAt },
        code: codeIn(text) ?? null,
      })) ?? null,
  };
}
