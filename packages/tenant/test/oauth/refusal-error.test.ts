// The error for each refusal of the access rule, by where it was refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import { type RefusedAt, refusalError } from "../../src/oauth/refusal-error.ts";

/** Number, OAuth error and suberror. */
type Answer = [number, string, string?];

const rows: Record<Refusal, Record<RefusedAt, Answer>> = {
  user_unknown: {
    redemption: [50057, "invalid_grant"],
    renewal: [50057, "invalid_grant", "bad_token"],
    authorization: [50058, "login_required"],
  },
  user_disabled: {
    redemption: [50057, "invalid_grant"],
    renewal: [50057, "invalid_grant", "bad_token"],
    authorization: [50058, "login_required"],
  },
  app_unknown: {
    redemption: [50173, "invalid_grant"],
    renewal: [50173, "invalid_grant", "bad_token"],
    authorization: [700016, "unauthorized_client"],
  },
  app_disabled: {
    redemption: [50173, "invalid_grant"],
    renewal: [50173, "invalid_grant", "bad_token"],
    authorization: [700016, "unauthorized_client"],
  },
  grant_not_allowed: {
    redemption: [70003, "unauthorized_client"],
    renewal: [70003, "unauthorized_client"],
    authorization: [70003, "unauthorized_client"],
  },
  login_required: {
    redemption: [50058, "login_required"],
    renewal: [50058, "login_required"],
    authorization: [50058, "login_required"],
  },
  not_assigned: {
    redemption: [50105, "invalid_grant"],
    renewal: [50105, "invalid_grant", "message_only"],
    authorization: [50105, "access_denied"],
  },
  sign_in_method_required: {
    redemption: [50076, "interaction_required", "basic_action"],
    renewal: [50076, "interaction_required", "basic_action"],
    authorization: [50058, "login_required"],
  },
  second_factor_required: {
    redemption: [50076, "interaction_required", "basic_action"],
    renewal: [50076, "interaction_required", "basic_action"],
    authorization: [50076, "interaction_required", "basic_action"],
  },
  details_required: {
    redemption: [50076, "interaction_required", "basic_action"],
    renewal: [50076, "interaction_required", "basic_action"],
    authorization: [50076, "interaction_required", "basic_action"],
  },
  administrator_required: {
    redemption: [90094, "interaction_required"],
    renewal: [90094, "interaction_required"],
    authorization: [90094, "interaction_required"],
  },
  administration_not_allowed: {
    redemption: [650057, "invalid_scope"],
    renewal: [650057, "invalid_scope"],
    authorization: [650057, "invalid_scope"],
  },
  scope_unavailable: {
    redemption: [50173, "invalid_grant"],
    renewal: [65001, "invalid_grant", "consent_required"],
    authorization: [65001, "consent_required"],
  },
  consent_required: {
    redemption: [50173, "invalid_grant"],
    renewal: [65001, "invalid_grant", "consent_required"],
    authorization: [65001, "consent_required"],
  },
};

for (const [refusal, places] of Object.entries(rows)) {
  for (const [at, [number, error, suberror]] of Object.entries(places)) {
    test(`${refusal} at ${at}: AADSTS${number} ${error}`, () => {
      const given = refusalError(refusal as Refusal, at as RefusedAt);
      assert.deepEqual([given.number, given.error, given.suberror], [number, error, suberror]);
      const claims =
        refusal === "second_factor_required" ? { id_token: { acr: { essential: true, values: ["2"] } } } : null;
      assert.deepEqual(given.claims === undefined ? null : JSON.parse(given.claims), claims);
    });
  }
}
