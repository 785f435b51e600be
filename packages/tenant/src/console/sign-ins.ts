import { signIns } from "../admin/sign-ins.ts";
import { displayUserCode } from "../directory/user-code.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { eventOf } from "../storage/audit-events.ts";
import type { DescribedFamily, ListedFamily } from "../storage/store.ts";
import type { ShownRecord } from "../ui/console/audit-record.ts";
import type { SignInStep } from "../ui/console/sign-ins.ts";
import type { ActivityCounts } from "./activity-counts.ts";
import { clientIdOf, suggestedApps, userIdOf } from "./audit.ts";
import type { ConsoleAnswer, ConsoleRequest } from "./console-request.ts";
import { doneOf, idIn, notFound, textIn } from "./found.ts";
import { keyIn, PAGE_ROWS, pageOf } from "./paging.ts";
import { shownRecords } from "./shown-records.ts";

/** Renewals and records that a timeline shows. */
const MOST_RENEWALS = 20;
const MOST_RECORDS = 200;

/** What the form before did. */
const NOTICES = ["ended", "already_ended"] as const;

/** Programs that are signed in, or were, and charts of the last day. */
export const getSignIns =
  (counts: ActivityCounts) =>
  async (request: ConsoleRequest): Promise<ConsoleAnswer> => {
    const { ctx, fields, now } = request;
    const ended = textIn(request, "state") === "all";
    const typed = { person: textIn(request, "person"), app: textIn(request, "app"), state: ended ? "all" : "" };
    const apps = await suggestedApps(request);
    const userId = typed.person === "" ? undefined : await userIdOf(ctx.store, typed.person);
    const clientId = typed.app === "" ? undefined : clientIdOf(apps, typed.app);
    const problems = {
      person: typed.person !== "" && userId === undefined,
      app: typed.app !== "" && clientId === undefined,
    };
    const isWrong = problems.person || problems.app;
    const key = keyIn(fields, [0, ""] as const);
    const after = key && { createdAt: key[0], id: key[1] };
    const families = isWrong
      ? []
      : await ctx.store.tokens.listFamilies({ ended, userId, clientId, after, limit: PAGE_ROWS + 1, now });
    const { rows, next } = pageOf(families, ({ createdAt, id }) => [createdAt, id]);
    const isPlain = Object.values(typed).every((value) => value === "") && after === undefined;
    return {
      view: {
        page: "console_sign_ins",
        ...{ typed, problems, next },
        families: rows.map((family) => ({ ...family, isRunning: endOf(family, now) === null })),
        problem: isWrong ? "filter" : null,
        apps: apps.map(({ name }) => name).slice(0, 200),
        isFirst: after === undefined,
        notice: doneOf(request, NOTICES),
        // What the list shows does not change them.
        charts: isPlain ? await counts.byHour() : null,
      },
    };
  };

/** One sign-in of a program, from its request to its end. */
export async function getSignIn(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { ctx, now } = request;
  const family = await ctx.store.tokens.describeFamily(foundId(request), { renewals: MOST_RENEWALS });
  if (!family) throw notFound();
  const { device, scopes, methods, grantType, email, appName, renewals } = family;
  const endedAt = endOf({ revokedAt: family.revokedAt, expiresAt: family.endsAt }, now);
  return {
    view: {
      page: "console_sign_in_detail",
      ...{ id: family.id, email, appName, device, methods, grantType, endedAt },
      ...{ userId: family.userId, clientId: family.clientId, createdAt: family.createdAt, endsAt: family.endsAt },
      scopes: [...scopes.oidc, ...scopes.resourceScopes],
      lastUsedAt: renewals.newest[0]?.at ?? null,
      steps: await stepsOf(request, family),
      notice: doneOf(request, NOTICES),
    },
  };
}

/** Ends it. Ended meanwhile by someone else, it is what was wanted: the page says so. */
export async function postSignIn(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const id = foundId(request);
  try {
    await signIns(request.acting.ctx, request.acting.by).end(id);
  } catch (error) {
    if (!(error instanceof TenantError) || error.code !== "sign_in_unknown") throw error;
    const isKnown = (await request.ctx.store.tokens.findFamily(id)) !== undefined;
    return { to: isKnown ? `/console/sign-ins/${id}?done=already_ended` : "/console/sign-ins?done=already_ended" };
  }
  return { to: `/console/sign-ins/${id}?done=ended` };
}

/** When it ended. Null: it is running. */
const endOf = ({ revokedAt, expiresAt }: Pick<ListedFamily, "revokedAt" | "expiresAt">, now: number) =>
  revokedAt ?? (expiresAt <= now ? expiresAt : null);

/** Everything that is known, in the order in which it happened. */
async function stepsOf(request: ConsoleRequest, family: DescribedFamily): Promise<SignInStep[]> {
  const { store } = request.ctx;
  const { grantId, renewals } = family;
  const isDevice = family.grantType === "device_code";
  // Kept for a day after its end. Later, what the family and the audit log know is shown.
  const grant = grantId !== null && isDevice ? await store.grants.findById(grantId) : undefined;
  const begun: SignInStep[] = grant
    ? [{ kind: "asked", at: grant.createdAt, code: displayUserCode(grant.userCode), from: grant.initiatedIp }]
    : [];
  const of = {
    grantId,
    family: { id: family.id, userId: family.userId },
    since: family.createdAt,
    limit: MOST_RECORDS,
  };
  const records = await shownRecords(store, await store.audit.listSignIn(of));
  const renewed: SignInStep[] = renewals.newest.map(({ at, from }) => ({ kind: "renewed", at, from }));
  const oldest = renewed.at(-1);
  const hidden = renewals.count - renewed.length;
  const skipped: SignInStep[] = hidden > 0 && oldest ? [{ kind: "skipped", at: oldest.at, count: hidden }] : [];
  // Written in the transaction that ended it: one step, not two.
  const ending = records.find(({ at, event }) => at === family.revokedAt && eventOf(event) === "sign_in.revoked");
  const steps = [
    ...begun,
    ...records
      .filter((record) => record !== ending)
      .map((record): SignInStep => ({ kind: "record", at: record.at, record })),
    ...skipped,
    ...renewed.reverse(),
  ];
  return [...steps.sort((one, other) => one.at - other.at), lastStep(request, family, ending ?? null)];
}

function lastStep(
  { now }: ConsoleRequest,
  { revokedAt, revokedReason, endsAt }: DescribedFamily,
  record: ShownRecord | null,
): SignInStep {
  if (revokedAt !== null) return { kind: "ended", at: revokedAt, why: revokedReason ?? "other", record };
  return { kind: endsAt <= now ? "lapsed" : "lapses", at: endsAt };
}

/** @throws PageProblem */
function foundId(request: ConsoleRequest): string {
  const id = idIn(request);
  if (id === undefined) throw notFound();
  return id;
}
