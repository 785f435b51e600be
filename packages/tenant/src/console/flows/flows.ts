import { randomUUID } from "node:crypto";
import { checkUserFlow } from "../../directory/check-user-flow.ts";
import { ACCOUNT_FLOW_SETTING, DEFAULT_USER_FLOW, SIGN_UP_SETTING, type UserFlow } from "../../directory/user-flow.ts";
import type { FlowForm, FlowProblem, FlowsView } from "../../ui/console/flows.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, idIn, notFound } from "../found.ts";
import { lastChangeOf } from "../last-change.ts";
import { digestOf, sameAsShown, unlessChanged } from "../shown.ts";
import { flowFormIn, flowFormOf } from "./flow-form.ts";

export async function getFlows(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return list(request, null);
}

async function list(request: ConsoleRequest, problem: { kind: "flow_unknown" } | null): Promise<ConsoleAnswer> {
  const { directory } = request.ctx.store;
  const [flows, signUp, accountFlow] = await Promise.all([
    directory.listUserFlows(),
    directory.setting(SIGN_UP_SETTING),
    directory.setting(ACCOUNT_FLOW_SETTING),
  ]);
  const settings = { signUpAllowed: signUp !== "off", accountUserFlowId: accountFlow || null };
  const done = problem ? null : doneOf(request, ["removed", "settings"]);
  return { view: { page: "console_flows", flows, settings, done, problem } };
}

export async function postSettings(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const outcome = await admin.userFlows.changeSettings({
    signUpAllowed: fields.get("sign_up") === "yes",
    accountUserFlowId: fields.get("account_flow") || null,
  });
  return outcome === "done" ? { to: "/console/user-flows?done=settings" } : list(request, { kind: "flow_unknown" });
}

export async function getNewFlow(): Promise<ConsoleAnswer> {
  const typed = flowFormOf({ ...DEFAULT_USER_FLOW, name: "" });
  return page(null, { typed });
}

export async function postNewFlow({ admin, fields, now }: ConsoleRequest): Promise<ConsoleAnswer> {
  const typed = flowFormIn(fields, []);
  const flow: UserFlow = { ...DEFAULT_USER_FLOW, ...typed, id: randomUUID(), createdAt: now };
  const sentences = checkUserFlow(flow);
  if (sentences.length > 0) return page(null, { typed, problem: { kind: "invalid", sentences } });
  const outcome = await admin.userFlows.add(flow);
  if (outcome === "name_taken") return page(null, { typed, problem: { kind: "name_taken" } });
  return { to: `/console/user-flows/${flow.id}?done=added` };
}

export async function getFlow(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return show(request, await find(request), { done: doneOf(request, ["added", "edited"]) });
}

/** @throws PageProblem */
async function find(request: ConsoleRequest): Promise<UserFlow> {
  const id = idIn(request);
  const flow = id === undefined ? undefined : await request.ctx.store.directory.findUserFlow(id);
  if (!flow) throw notFound();
  return flow;
}

export async function postFlow(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const flow = await find(request);
  const typed = flowFormIn(fields, flow.attributes);
  const sentences = checkUserFlow({ ...flow, ...typed });
  if (sentences.length > 0) return show(request, flow, { typed, problem: { kind: "invalid", sentences } });
  const before = flowFormOf(flow);
  const names = (Object.keys(typed) as (keyof FlowForm)[]).filter(
    (name) => JSON.stringify(typed[name]) !== JSON.stringify(before[name]),
  );
  const outcome = await unlessChanged(
    admin.userFlows.change(
      flow.id,
      (present) => {
        sameAsShown(flowFormOf(present), fields.get("shown"));
        return { ...present, ...typed };
      },
      names.sort().join(" "),
    ),
  );
  switch (outcome) {
    case "done":
      return { to: `/console/user-flows/${flow.id}?done=edited` };
    case "name_taken":
      return show(request, await find(request), { typed, problem: { kind: "name_taken" } });
    case "stale":
      return show(request, await find(request), {
        typed,
        problem: { kind: "changed", by: await lastChangeOf(request, "user_flow.changed", ["flow_id", flow.id]) },
      });
    default:
      throw notFound();
  }
}

export async function postRemoveFlow(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const flow = await find(request);
  if ((request.fields.get("confirm") ?? "").trim() !== flow.name.trim()) {
    return show(request, flow, { problem: { kind: "not_confirmed" } });
  }
  const outcome = await request.admin.userFlows.remove(flow);
  if (typeof outcome === "object") return show(request, flow, { problem: { kind: "in_use", by: outcome.usedBy } });
  return { to: "/console/user-flows?done=removed" };
}

type Shown = { typed?: FlowForm; problem?: FlowProblem; done?: "added" | "edited" | null };

async function show({ ctx }: ConsoleRequest, flow: UserFlow, of: Shown): Promise<ConsoleAnswer> {
  const apps = (await ctx.store.directory.listApps()).filter(({ userFlowId }) => userFlowId === flow.id);
  return page(
    flow,
    of,
    apps.map(({ name }) => name),
  );
}

function page(
  flow: UserFlow | null,
  { typed, problem = undefined, done = null }: Shown,
  apps: string[] = [],
): ConsoleAnswer {
  const now = flowFormOf(flow ?? DEFAULT_USER_FLOW);
  const view: FlowsView = {
    ...{ page: "console_flow", flow: flow && { id: flow.id, name: flow.name }, now, typed: typed ?? now },
    ...{ shown: digestOf(now), apps, done, problem: problem ?? null },
  };
  return { view };
}
