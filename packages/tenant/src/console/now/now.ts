import { codeIn } from "../../admin/inbox.ts";
import { isClientId } from "../../directory/entities.ts";
import { TenantError } from "../../kernel/tenant-error.ts";
import { DECISION_PROBLEMS, type DecisionProblem, type NowView } from "../../ui/console/now.ts";
import type { ActivityCounts } from "../activity-counts.ts";
import type { ConsoleAnswer, ConsoleDecisions, ConsoleRequest } from "../console-request.ts";
import { keyIn, PAGE_ROWS, pageOf } from "../paging.ts";
import type { RecentRefusal, RecentRefusals } from "../recent-refusals.ts";
import { shownRecords } from "../shown-records.ts";

/** Email addresses that the field for a person suggests. Others can be typed. */
const SUGGESTED = 20;
const MAILS = 3;
const RECORDS = 12;

/** What this process remembers. */
interface Memory {
  counts: Pick<ActivityCounts, "lastHour">;
  refusals: Pick<RecentRefusals, "list">;
}

/** The page, and the decisions on it, each with the page again if it is refused. */
export function nowHandlers(of: Memory) {
  const deciding = (decide: Decide) => (request: ConsoleRequest) => decided(request, decide, of);
  return {
    get: async (request: ConsoleRequest): Promise<ConsoleAnswer> => ({ view: await nowView(request, null, of) }),
    approve: deciding(async (decisions, { code, email, mfa }) => {
      if (email === "") return "email_missing";
      await decisions.approve({ code, as: email, mfa });
      return undefined;
    }),
    decline: deciding(async (decisions, { code }) => {
      await decisions.deny(code);
      return undefined;
    }),
    expire: deciding(async (decisions, { code }) => {
      await decisions.expire(code);
      return undefined;
    }),
  };
}

type Decide = (decisions: ConsoleDecisions, by: Decision) => Promise<DecisionProblem | undefined>;

interface Decision {
  code: string;
  email: string;
  mfa: boolean;
}

/** A decision, or the page again with the reason why there is none, and with what was chosen. */
async function decided(request: ConsoleRequest, decide: Decide, of: Memory): Promise<ConsoleAnswer> {
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
  return { view: await nowView(request, { about, why, ...chosen }, of) };
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

async function nowView(request: ConsoleRequest, problem: NowView["problem"], of: Memory): Promise<NowView> {
  const { ctx, now, fields, embedded, decisions } = request;
  const { liveRequests, administration, mail, audit } = ctx.store;
  const after = keyIn(fields, [0, ""]);
  const [listed, waiting, people, mails, login, hour, records] = await Promise.all([
    liveRequests.list({
      now,
      after: after && { expiresAt: after[0], id: after[1] },
      limit: PAGE_ROWS + 1,
    }),
    liveRequests.count(now),
    decisions && administration.users.search({ text: "", after: "", limit: SUGGESTED }),
    embedded ? mail.searchMails({ text: "", limit: MAILS }) : null,
    request.tools.loginCommand?.(),
    of.counts.lastHour(),
    audit.list({ limit: RECORDS }),
  ]);
  const { rows, next } = pageOf(listed, ({ expiresAt, id }) => [expiresAt, id]);
  return {
    page: "now",
    ...{ waiting, next, problem, isFirst: after === undefined, requests: rows },
    people: people?.filter(({ disabledAt }) => disabledAt === null).map(({ email }) => email) ?? null,
    login: login ?? null,
    mails:
      mails?.mails.map(({ id, to, subject, createdAt, text }) => ({
        ...{ id, to, subject, at: createdAt },
        code: codeIn(text) ?? null,
      })) ?? null,
    hour,
    activity: await shownRecords(ctx.store, records),
    refusals: await Promise.all(
      of.refusals
        .list()
        .slice(0, RECORDS)
        .map((each) => withNames(ctx.store, each)),
    ),
  };
}

async function withNames(
  { directory }: ConsoleRequest["ctx"]["store"],
  { clientId, userId, ...refusal }: RecentRefusal,
): Promise<NowView["refusals"][number]> {
  const [app, user] = await Promise.all([
    clientId !== null && isClientId(clientId) ? directory.findApp(clientId.toLowerCase()) : undefined,
    userId === null ? undefined : directory.findUser(userId),
  ]);
  const unknownApp = app ? null : clientId;
  const who = app?.name ?? (unknownApp === null ? (user?.email ?? null) : null);
  return { ...refusal, clientId: app?.clientId ?? null, userId: user?.id ?? null, who, unknownApp };
}
