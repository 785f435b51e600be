import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { administration } from "../../src/admin/administration.ts";
import { shownRecords } from "../../src/console/shown-records.ts";
import type { AuditRecord } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApi, sampleUserFlow } from "../storage/samples.ts";
import { embeddedConsole } from "./console-under-test.ts";

describe("the records of the console", () => {
  test("have the names of what was changed through Microsoft Graph: app, API, flow, group, policy, holder of a role", async (t) => {
    const { ctx, person, device } = await embeddedConsole(t);
    const { store } = ctx;
    const ada = await person("ada@contoso.example");
    const admin = administration(ctx, { actor: "operator", caller: null });
    const group = await admin.groups.add({ name: "Staff" });
    assert.ok(group !== "name_taken");
    const [flow, api] = [sampleUserFlow(), sampleApi()];
    await seed(store).putUserFlow(flow);
    await seed(store).putApi(api);
    const shown = async (event: string, detail: AuditRecord["detail"]) => {
      const by = { actor: "user", userId: null, clientId: null, grantId: null, ip: null } as const;
      const [record] = await shownRecords(store, [{ ...by, at: 0, event: `graph.${event}`, detail }]);
      return { user: record?.user?.email, app: record?.app?.name, object: record?.object?.name };
    };
    const nothing = { user: undefined, app: undefined, object: undefined };
    assert.deepEqual(await shown("user_flow.app_added", { flow_id: flow.id, app_id: device.clientId }), {
      ...nothing,
      ...{ app: device.name, object: flow.name },
    });
    assert.deepEqual(await shown("service_principal.created", { app_id: api.clientId }), {
      ...nothing,
      app: api.name,
    });
    assert.deepEqual(await shown("group.member_added", { group_id: group.id, member_id: ada.id }), {
      ...nothing,
      ...{ user: ada.email, object: "Staff" },
    });
    const role = { app_id: api.clientId, role: "Reader" };
    assert.deepEqual(await shown("role_assignment.created", { ...role, principal_id: group.id }), {
      ...nothing,
      ...{ app: api.name, object: "Staff" },
    });
    assert.equal((await shown("role_assignment.created", { ...role, principal_id: ada.id })).user, ada.email);
    const attribute = "extension_0123456789abcdef0123456789abcdef_loyalty";
    assert.equal((await shown("user_flow_attribute.created", { attribute })).object, "loyalty");
    // Deleted since.
    assert.deepEqual(await shown("user_flow.app_added", { flow_id: ada.id, app_id: ada.id }), {
      ...nothing,
      ...{ app: null, object: null },
    });
  });
});
