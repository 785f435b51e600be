import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "../../src/directory/access-rules.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../src/directory/scopes.ts";
import type { UserFlow } from "../../src/directory/user-flow.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { approvedRequest, codeRedemption, pendingRequest, yesBy } from "./authorization-samples.ts";
import { signedInSession } from "./link-suite.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import {
  answerOf,
  approvalBy,
  approvedGrant,
  pendingGrant,
  redemption,
  rotation,
  type Samples,
  sampleAudit,
  sampleUserFlow,
  seedSamples,
  signedIn,
  T0,
} from "./samples.ts";

/** Every transaction that approves or issues, in the order in which they are tried. */
const PLACES = ["device code", "authorization code", "refresh token", "device approval", "request approval"] as const;
type Answers = Partial<Record<(typeof PLACES)[number], string>>;

const scopesAtGraph = (...resourceScopes: string[]): ScopeSet => ({
  oidc: ["openid", "offline_access"],
  resourceId: GRAPH_RESOURCE_ID,
  resourceScopes,
  isDefault: false,
  asked: ["openid", "offline_access", ...resourceScopes],
});

/** The access rule decides in each transaction that approves or issues, whatever was read before it. */
export function accessSuite(makeStore: MakeStore): void {
  describe("the access rule, in every transaction that approves or issues", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    /**
     * One of each thing that waits for its transaction. The user is an administrator, so that every scope can be
     * requested.
     */
    async function waiting(scopes?: ScopeSet) {
      const samples = await seedSamples(store);
      await seed(store).setUserAdministrator(samples.user.id, true);
      const own: Samples = { ...samples, scopes: scopes ?? samples.scopes };
      const { user, app } = own;
      const session = await signedInSession(store, user.id);
      const { tokenHash } = await signedIn(store, own);
      const approved = await approvedGrant(store, own);
      const code = await approvedRequest(store, own, session);
      const claimed = await pendingGrant(store, own);
      await store.grants.claim(claimed.id, { sessionId: session, userId: user.id, now: T0, audit: sampleAudit("x") });
      const request = await pendingRequest(store, own);
      const yes = yesBy(user.id, session, own.scopes);
      const attempts: Record<(typeof PLACES)[number], () => Promise<{ outcome: string }>> = {
        "device code": () => store.tokens.redeem(redemption(approved, user.id)),
        "authorization code": () => store.authorizations.redeem(codeRedemption(code, user.id)),
        "refresh token": () => store.tokens.rotate(rotation(tokenHash, app.clientId, T0, own.scopes)),
        "device approval": () => store.grants.approve(claimed.id, approvalBy(user.id, session, own.scopes)),
        "request approval": () => store.authorizations.approve(request.id, yes),
      };
      const answers = async () => {
        const given: Answers = {};
        for (const where of PLACES) given[where] = answerOf(await attempts[where]());
        return given;
      };
      return { own, answers };
    }
    const useFlow = async ({ app }: Samples, changes: Partial<UserFlow>) => {
      const flow = sampleUserFlow(changes);
      await seed(store).putUserFlow(flow);
      await seed(store).putApp({ ...app, userFlowId: flow.id });
    };
    const everywhere = (why: Refusal, except: Answers = {}): Answers => ({
      ...Object.fromEntries(PLACES.map((where) => [where, why])),
      ...except,
    });

    const cases: { what: string; change: (own: Samples) => Promise<unknown>; scopes?: ScopeSet; says: Answers }[] = [
      {
        what: "the user is disabled, which ends their sign-ins and sessions",
        change: ({ user }) => seed(store).setUserDisabled(user.id, T0, T0),
        says: everywhere("user_disabled", { "refresh token": "revoked", "request approval": "ended" }),
      },
      {
        what: "the app is deleted, with everything that belongs to it",
        change: ({ app }) => seed(store).deleteApp(app.clientId, T0),
        says: everywhere("app_unknown", {
          "device code": "lost",
          "authorization code": "lost",
          "refresh token": "revoked",
        }),
      },
      {
        what: "the app is disabled",
        change: ({ app }) => seed(store).putApp({ ...app, disabledAt: T0 }),
        says: everywhere("app_disabled"),
      },
      {
        what: "the app requires assignment",
        change: ({ app }) => seed(store).putApp({ ...app, assignmentRequired: true }),
        says: everywhere("not_assigned"),
      },
      {
        what: "the app requires a second factor",
        change: ({ app }) => seed(store).putApp({ ...app, requireMfa: true }),
        says: everywhere("second_factor_required"),
      },
      {
        what: "the app's user flow no longer lists the method of the sign-in",
        change: (own) => useFlow(own, { methods: ["passkey"], signUpAllowed: false }),
        says: everywhere("sign_in_method_required"),
      },
      {
        what: "the app's user flow requires an attribute that the user has not given",
        change: (own) => useFlow(own, { termsOfUse: null }),
        says: everywhere("details_required"),
      },
      {
        what: "the app's user flow has terms of use that the user has not accepted",
        change: (own) => useFlow(own, { attributes: [] }),
        says: everywhere("details_required"),
      },
      {
        what: "a scope is administrative and the user is no longer an administrator",
        scopes: scopesAtGraph("User.Read", "User.Read.All"),
        change: ({ user }) => seed(store).setUserAdministrator(user.id, false),
        says: everywhere("administrator_required"),
      },
      {
        what: "the API is disabled",
        change: ({ api }) => seed(store).putApi({ ...api, disabledAt: T0 }),
        says: everywhere("scope_unavailable"),
      },
      {
        what: "the scope is disabled",
        change: ({ api }) =>
          seed(store).putApi({ ...api, scopes: api.scopes.map((each) => ({ ...each, enabled: false })) }),
        says: everywhere("scope_unavailable"),
      },
      {
        what: "the scope is reserved to the administrator",
        change: ({ api }) =>
          seed(store).putApi({ ...api, scopes: api.scopes.map((each) => ({ ...each, consent: "Admin" })) }),
        says: everywhere("consent_required"),
      },
      {
        what: "the user's consent is withdrawn, which a new approval restores",
        change: ({ app, user, api }) => seed(store).removeConsent(app.clientId, user.id, api.clientId),
        says: everywhere("consent_required", { "device approval": "done", "request approval": "done" }),
      },
      {
        what: "the consent to their own account at Graph is withdrawn, which a new approval restores",
        scopes: scopesAtGraph("User.Read"),
        change: ({ app, user }) => seed(store).removeConsent(app.clientId, user.id, GRAPH_RESOURCE_ID),
        says: everywhere("consent_required", { "device approval": "done", "request approval": "done" }),
      },
    ];
    for (const { what, change, scopes, says } of cases) {
      test(`refuses if ${what}`, async () => {
        const { own, answers } = await waiting(scopes);
        await change(own);
        assert.deepEqual(await answers(), says);
      });
    }

    test("allows it again once the user has provided what was missing", async () => {
      const { own, answers } = await waiting();
      const flow = sampleUserFlow();
      await seed(store).putUserFlow(flow);
      await seed(store).putApp({ ...own.app, userFlowId: flow.id });
      const given = { userId: own.user.id, attributes: { city: "Oslo" }, now: T0 + 1, audit: sampleAudit("given") };
      assert.equal(await store.profiles.complete({ ...given, terms: "https://other.example/terms" }), true);
      assert.equal((await answers())["refresh token"], "details_required");
      assert.equal(await store.profiles.complete({ ...given, attributes: {}, terms: flow.termsOfUse!.url }), true);
      assert.equal((await answers())["refresh token"], "rotated");
      const user = await store.directory.findUser(own.user.id);
      assert.deepEqual([user?.attributes.city, user?.termsAcceptedAt], ["Oslo", T0 + 1]);
      await seed(store).setUserDisabled(own.user.id, T0, T0);
      assert.equal(await store.profiles.complete({ ...given, terms: null }), false);
    });

    test("allows it if nothing changed", async () => {
      for (const scopes of [undefined, scopesAtGraph("User.Read", "User.Read.All"), scopesAtGraph()]) {
        const { answers } = await waiting(scopes);
        assert.deepEqual(await answers(), {
          "device code": "redeemed",
          "authorization code": "redeemed",
          "refresh token": "rotated",
          "device approval": "done",
          "request approval": "done",
        });
      }
    });
  });
}
