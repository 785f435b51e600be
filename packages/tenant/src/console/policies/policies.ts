import { randomUUID } from "node:crypto";
import { isShownText } from "../../directory/check-api.ts";
import { normalizeEmail } from "../../directory/entities.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import type { Policy } from "../../directory/user-flow.ts";
import type { Fields } from "../../interaction/page-request.ts";
import type { PolicyChoice, PolicyForm, PolicyProblem } from "../../ui/console/policies.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, idIn, notFound } from "../found.ts";
import { lastChangeOf } from "../last-change.ts";
import { digestOf, sameAsShown, unlessChanged } from "../shown.ts";

export async function getPolicies({ ctx, fields }: ConsoleRequest): Promise<ConsoleAnswer> {
  const policies = await ctx.store.directory.listPolicies();
  return { view: { page: "console_policies", policies, done: doneOf({ fields }, ["removed"]) } };
}

const NEW: PolicyForm = { name: "", enabled: true, apps: "", groups: "", except: "" };

/** So many boxes fit on a page, and in a form. With more, names or IDs are typed. */
const MOST_BOXES = 40;

export async function getNewPolicy(request: ConsoleRequest): Promise<ConsoleAnswer> {
  return page(request, null, NEW, {});
}

export async function postNewPolicy(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const typed = formIn(request.fields);
  const read = await covered(request, typed);
  if ("kind" in read) return page(request, null, NEW, { typed, problem: read });
  const policy: Policy = { ...read, id: randomUUID(), requires: "mfa", createdAt: request.now };
  const outcome = await request.admin.policies.add(policy);
  if (typeof outcome === "object") return page(request, null, NEW, { typed, problem: unknownIn(outcome) });
  return { to: `/console/policies/${policy.id}?done=added` };
}

export async function getPolicy(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const policy = await find(request);
  return page(request, policy, await formOf(request, policy), { done: doneOf(request, ["added", "edited"]) });
}

/** @throws PageProblem */
async function find(request: ConsoleRequest): Promise<Policy> {
  const id = idIn(request);
  const found = (await request.ctx.store.directory.listPolicies()).find((each) => each.id === id);
  if (!found) throw notFound();
  return found;
}

export async function postPolicy(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields } = request;
  const policy = await find(request);
  const typed = formIn(fields);
  const again = async (problem: PolicyProblem) => {
    const present = await find(request);
    return page(request, present, await formOf(request, present), { typed, problem });
  };
  const read = await covered(request, typed);
  if ("kind" in read) return again(read);
  const changed = (Object.keys(read) as (keyof typeof read)[]).filter(
    (name) => JSON.stringify(read[name]) !== JSON.stringify(policy[name]),
  );
  const outcome = await unlessChanged(
    admin.policies.change(
      policy.id,
      (before) => {
        sameAsShown(settingsOf(before), fields.get("shown"));
        return { ...before, ...read };
      },
      changed.sort().join(" "),
    ),
  );
  if (outcome === "unknown") throw notFound();
  if (outcome === "changed") return { to: `/console/policies/${policy.id}?done=edited` };
  if (outcome !== "stale") return again(unknownIn(outcome));
  return again({ kind: "changed", by: await lastChangeOf(request, "policy.changed", ["policy_id", policy.id]) });
}

export async function postRemovePolicy(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const policy = await find(request);
  if ((request.fields.get("confirm") ?? "").trim() !== policy.name.trim()) {
    return page(request, policy, await formOf(request, policy), { problem: { kind: "not_confirmed" } });
  }
  if (!(await request.admin.policies.remove(policy))) throw notFound();
  return { to: "/console/policies?done=removed" };
}

/** What the digest is of: without the names, which others may change. */
const settingsOf = ({ name, enabled, clientIds, groupIds, excludedUserIds }: Policy) => ({
  ...{ name, enabled, clientIds, groupIds, excludedUserIds },
});

function formIn(fields: Fields): PolicyForm {
  const text = (name: string) => (fields.get(name) ?? "").replaceAll("\r\n", "\n");
  const enabled = fields.get("enabled") === "yes";
  /** What is typed, and the IDs of the boxes that are ticked. */
  const chosen = (name: "app" | "group") =>
    [
      text(`${name}s`),
      ...[...fields.keys()].filter((key) => key.startsWith(`${name}_`)).map((key) => key.slice(name.length + 1)),
    ]
      .filter(Boolean)
      .join("\n");
  return { name: text("name"), enabled, apps: chosen("app"), groups: chosen("group"), except: text("except") };
}

const linesOf = (text: string) => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** The IDs of what is named, or the first name that nothing has. */
async function covered(
  { ctx }: ConsoleRequest,
  typed: PolicyForm,
): Promise<ReturnType<typeof settingsOf> | Exclude<PolicyProblem, { kind: "changed" }>> {
  const { directory } = ctx.store;
  const name = cleanRegisteredName(typed.name);
  if (!isShownText(name, 256)) return { kind: "name_invalid" };
  const apps = await directory.listApps();
  const clientIds: string[] = [];
  for (const line of linesOf(typed.apps)) {
    const found = apps.filter((app) => app.clientId === line.toLowerCase() || app.name === line);
    if (found.length !== 1) return { kind: "app_unknown", name: line.slice(0, 100) };
    clientIds.push(found[0]!.clientId);
  }
  const groups = await directory.listGroups();
  const groupIds: string[] = [];
  for (const line of linesOf(typed.groups)) {
    const found = groups.filter((group) => group.id === line.toLowerCase() || group.name === line);
    if (found.length !== 1) return { kind: "group_unknown", name: line.slice(0, 100) };
    groupIds.push(found[0]!.id);
  }
  const excludedUserIds: string[] = [];
  for (const line of linesOf(typed.except)) {
    const user = await directory.findUserByEmail(normalizeEmail(line));
    if (!user) return { kind: "user_unknown", name: line.slice(0, 100) };
    excludedUserIds.push(user.id);
  }
  return {
    ...{ name, enabled: typed.enabled, excludedUserIds },
    clientIds: clientIds.length === 0 ? null : [...new Set(clientIds)],
    groupIds: groupIds.length === 0 ? null : [...new Set(groupIds)],
  };
}

/** It was deleted between the form and the transaction. */
function unknownIn({ list, id }: { list: "clientIds" | "groupIds" | "excludedUserIds"; id: string }): PolicyProblem {
  return {
    kind: ({ clientIds: "app_unknown", groupIds: "group_unknown", excludedUserIds: "user_unknown" } as const)[list],
    name: id,
  };
}

async function formOf({ ctx }: ConsoleRequest, policy: Policy): Promise<PolicyForm> {
  const { directory } = ctx.store;
  const groups = await directory.listGroups();
  const apps = (await directory.listApps()).map(({ clientId, name }) => ({ id: clientId, name }));
  const users = await Promise.all(policy.excludedUserIds.map((id) => directory.findUser(id)));
  return {
    ...{
      name: policy.name,
      enabled: policy.enabled,
      apps: (policy.clientIds ?? []).map((id) => uniqueName(apps, id)).join("\n"),
    },
    groups: (policy.groupIds ?? []).map((id) => uniqueName(groups, id)).join("\n"),
    except: users.flatMap((user) => user?.email ?? []).join("\n"),
  };
}

/** The name of an app or a group, or its ID if another one has the same name. */
function uniqueName(groups: readonly { id: string; name: string }[], id: string): string {
  const name = groups.find((group) => group.id === id)?.name;
  return name !== undefined && groups.filter((group) => group.name === name).length === 1 ? name : id;
}

async function page(
  { ctx: { store } }: ConsoleRequest,
  policy: Policy | null,
  now: PolicyForm,
  of: { typed?: PolicyForm; problem?: PolicyProblem; done?: "added" | "edited" | null },
): Promise<ConsoleAnswer> {
  const [apps, groups] = await Promise.all([store.directory.listApps(), store.directory.listGroups()]);
  const boxes = (all: PolicyChoice[]) =>
    all.length > MOST_BOXES ? null : all.sort((one, other) => one.name.localeCompare(other.name));
  return {
    view: {
      apps: boxes(apps.map(({ clientId, name }) => ({ id: clientId, name }))),
      groups: boxes(groups.map(({ id, name }) => ({ id, name }))),
      ...{ page: "console_policy", policy: policy && { id: policy.id, name: policy.name }, now },
      ...{ typed: of.typed ?? now, shown: policy ? digestOf(settingsOf(policy)) : "" },
      ...{ done: of.done ?? null, problem: of.problem ?? null },
    },
  };
}
