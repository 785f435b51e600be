import { newRegistration } from "../../admin/apps.ts";
import { cleanRegisteredName } from "../../directory/identity.ts";
import { newApi, newApp } from "../../directory/new-app.ts";
import type { Registered } from "../../storage/store.ts";
import type { ConsoleAnswer, ConsoleRequest } from "../console-request.ts";
import { doneOf, textIn } from "../found.ts";
import { keyIn, PAGE_ROWS, pageOf } from "../paging.ts";
import { appFormIn, appFormOf, appOf } from "./app-form.ts";

const kindOf = (given: string | undefined): Registered["kind"] => (given === "api" ? "api" : "app");

/** Apps or APIs, by name: 50 a page. */
export async function getApps({ ctx, fields }: ConsoleRequest): Promise<ConsoleAnswer> {
  const search = textIn({ fields }, "q");
  const kind = kindOf(fields.get("kind"));
  const key = keyIn(fields, ["", ""]);
  const found = await ctx.store.registrations.page({
    ...{ kind, prefix: cleanRegisteredName(search), limit: PAGE_ROWS + 1 },
    after: key && { sortedAs: key[0], clientId: key[1] },
  });
  const { rows, next } = pageOf(found, ({ sortedAs, clientId }) => [sortedAs, clientId]);
  return {
    view: {
      ...{ page: "console_apps", kind, search, next, first: key === undefined },
      apps: rows.map(({ clientId, name, createdAt, disabledAt }) => ({
        ...{ clientId, name, createdAt },
        disabled: disabledAt !== null,
      })),
      done: doneOf({ fields }, ["removed"]),
    },
  };
}

export async function getNewApp(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const kind = kindOf(request.fields.get("kind"));
  if (kind === "api") return { view: { page: "console_new_api", name: "", problem: null } };
  const typed = { ...appFormOf(newApp({ name: "", publicClient: true }, request.now)) };
  return { view: { page: "console_new_app", typed, flows: await flowsOf(request), problem: null } };
}

export async function postNewApp(request: ConsoleRequest): Promise<ConsoleAnswer> {
  const { admin, fields, now } = request;
  if (kindOf(fields.get("kind")) === "api") return addApi(request);
  const typed = appFormIn(fields);
  const changes = appOf(typed);
  const again = async (
    problem: "flow_unknown" | Extract<typeof changes, { kind: string }>,
  ): Promise<ConsoleAnswer> => ({
    view: {
      ...{ page: "console_new_app", typed, flows: await flowsOf(request) },
      problem: problem === "flow_unknown" ? { kind: problem } : problem,
    },
  });
  if ("kind" in changes) return again(changes);
  const app = newApp({ ...changes, name: changes.name ?? "" }, now);
  const outcome = await admin.apps.register({ kind: "app", registration: newRegistration(app.clientId), app });
  if (outcome === "user_flow") return again("flow_unknown");
  return { to: `/console/apps/${app.clientId}?done=added` };
}

/** Only its name: what it offers is added on its page. */
async function addApi({ admin, fields, now }: ConsoleRequest): Promise<ConsoleAnswer> {
  const typed = fields.get("name") ?? "";
  const name = cleanRegisteredName(typed);
  if (name === "" || name.length > 256) {
    return { view: { page: "console_new_api", name: typed.slice(0, 300), problem: "name_invalid" } };
  }
  const api = newApi({ name }, now);
  await admin.apps.register({ kind: "api", registration: newRegistration(api.clientId), api });
  return { to: `/console/apis/${api.clientId}?done=added` };
}

export async function flowsOf({ ctx }: Pick<ConsoleRequest, "ctx">): Promise<{ id: string; name: string }[]> {
  return (await ctx.store.directory.listUserFlows()).map(({ id, name }) => ({ id, name }));
}
