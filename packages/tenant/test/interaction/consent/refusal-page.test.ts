// The page for each refusal of the access rule: one mapping, for devices and for programs in the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "../../../src/directory/access-rules.ts";
import { refusalPage } from "../../../src/interaction/consent/refusal-page.ts";
import type { InteractionRequest } from "../../../src/interaction/interaction.ts";
import type { InteractionContext } from "../../../src/interaction/page-request.ts";
import type { ReportedRefusal } from "../../../src/kernel/reported-refusal.ts";
import { sampleApp, sampleInteraction, sampleUser } from "../../storage/samples.ts";

/** The page for a device and that for a program, or where both lead. */
const rows: Record<Refusal, [string, string] | string> = {
  user_unknown: "/sign-in",
  user_disabled: "/sign-in",
  app_unknown: ["expired", "sign_in_over"],
  app_disabled: ["expired", "sign_in_over"],
  grant_not_allowed: ["expired", "sign_in_over"],
  login_required: "/sign-in",
  not_assigned: ["no_access", "program_no_access"],
  sign_in_method_required: "/sign-in",
  second_factor_required: "/device/continue",
  details_required: "/details",
  administrator_required: ["needs_administrator", "program_needs_administrator"],
  administration_not_allowed: ["expired", "sign_in_over"],
  scope_unavailable: ["expired", "sign_in_over"],
  consent_required: ["expired", "sign_in_over"],
};

for (const [refusal, row] of Object.entries(rows)) {
  test(`${refusal} leads to ${row}`, () => {
    const [user, app] = [sampleUser(), sampleApp()];
    for (const [at, kind] of (["device", "authorization"] as const).entries()) {
      const interaction = sampleInteraction("session", { subject: { kind, id: "asked" } });
      const reported: ReportedRefusal[] = [];
      const ctx = { reportRefusal: (each: ReportedRefusal) => reported.push(each) } as unknown as InteractionContext;
      const answer = refusalPage({ ctx, user, app, interaction, ip: "::1" } as InteractionRequest, refusal as Refusal);
      // The operator who watches learns where the user cannot go on.
      assert.deepEqual(
        reported.map(({ why, actor, clientId, userId }) => [why, actor, clientId, userId]),
        typeof row === "string" ? [] : [[refusal, "user", app.clientId, user.id]],
      );
      if (typeof row === "string") {
        assert.ok("to" in answer && answer.to.startsWith(`${row}?`), JSON.stringify(answer));
        continue;
      }
      assert.ok("view" in answer);
      assert.equal(answer.view.page, row[at]);
      if ("appName" in answer.view) assert.equal(answer.view.appName, app.name);
      if ("email" in answer.view) assert.equal(answer.view.email, user.email);
    }
  });
}
