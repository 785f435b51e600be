import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { Api, ApiScope, Consent } from "../../src/directory/entities.ts";
import { permissionsOf } from "../../src/directory/permissions.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope, type ScopeSet } from "../../src/directory/scopes.ts";
import { sampleApi, scopesAt } from "../storage/samples.ts";

const scope = (value: string, changes: Partial<ApiScope> = {}): ApiScope => ({
  ...sampleApi().scopes[0]!,
  value,
  displayName: `Words for ${value}`,
  ...changes,
});

/** An API, and an app and a user without any consent yet. */
function fresh(...scopes: ApiScope[]) {
  const api = sampleApi({ scopes });
  const others: Api[] = [];
  const consents: Consent[] = [];
  const shown: string[] = [];
  const userId = randomUUID();
  const consent = (by: string | null, names: string[], resourceId = api.clientId) =>
    consents.push({ clientId: "app", userId: by, resourceId, scopes: names });
  /** What a page showed this user, and they approved. The consent is their own unless the administrator's counts. */
  const yes = (names: string[], resourceId = api.clientId, by: string | null = userId) => {
    consent(by, names, resourceId);
    shown.push(...names.map((name) => qualifiedScope(resourceId, name)));
  };
  const facts = () => ({ consents, consentedApis: [api, ...others], shown });
  const asked = (names: string[], changes: Partial<ScopeSet> = {}, of: Api | undefined = api) =>
    permissionsOf({ ...facts(), api: of }, { ...scopesAt(api.clientId, names), oidc: ["openid"], ...changes });
  const atGraph = (names: string[], oidc = ["openid"], options = {}) =>
    permissionsOf({ ...facts(), api: undefined }, { ...scopesAt(GRAPH_RESOURCE_ID, names), oidc }, options);
  return { api, others, userId, consent, yes, asked, atGraph };
}

const YOU = { kind: "you" };
const HOUR = { kind: "for_hours", hours: 1 };
const api = (text: string) => ({ kind: "api", text });

describe("what a user is asked to allow", () => {
  test("begins with the user's identity, as far as it is requested", () => {
    const { atGraph } = fresh();
    const first = (...oidc: string[]) => atGraph([], oidc).lines[0]!.kind;
    assert.equal(first("openid"), "you");
    assert.equal(first("openid", "profile"), "name_and_email", "preferred_username is the address");
    assert.equal(first("openid", "email"), "email");
    assert.equal(first("openid", "profile", "email"), "name_and_email");
  });

  test("counts as known to users who have seen profile, which includes the address, but not to those who have seen only the address", () => {
    const { atGraph, yes } = fresh();
    const isNew = (...oidc: string[]) => atGraph([], ["openid", ...oidc]).fresh.length > 0;
    yes(["openid", "email"], GRAPH_RESOURCE_ID);
    assert.deepEqual([isNew("email"), isNew("profile")], [false, true]);
    yes(["profile"], GRAPH_RESOURCE_ID);
    assert.equal(isNew("profile", "email"), false);
    const other = fresh();
    other.yes(["openid", "profile"], GRAPH_RESOURCE_ID);
    assert.deepEqual(other.atGraph([], ["openid", "profile", "email"]).fresh, []);
  });

  test("has an API's texts in other languages, if translated", () => {
    const { asked } = fresh(
      scope("A", { displayNames: { de: "Lesen" } }),
      scope("B", { displayNames: {} }),
      scope("C"),
    );
    const lines = asked(["A", "B", "C"]).lines.filter(({ kind }) => kind === "api");
    assert.deepEqual(lines, [
      { ...api("Words for A"), texts: { de: "Lesen" } },
      api("Words for B"),
      api("Words for C"),
    ]);
  });

  test("is not known at one API because it was allowed at another, whatever a page has shown", () => {
    const { asked, consent, yes, api: own } = fresh(scope("Read"));
    yes(["Read"]);
    assert.deepEqual(asked(["Read"]).fresh, [YOU]);
    const moved = fresh(scope("Read"));
    moved.yes(["Read"], "another");
    moved.consent(null, ["Read"], own.clientId);
    assert.deepEqual(moved.asked(["Read"]).fresh, [YOU, api("Words for Read")]);
    consent(null, ["Read"], "another");
    assert.deepEqual(asked(["Read"]).already, [api("Words for Read")]);
  });

  test("ends with the duration: 90 days from each use with offline_access, otherwise an hour", () => {
    const { atGraph } = fresh();
    assert.deepEqual(atGraph([], ["openid", "offline_access"]).lines, [
      YOU,
      { kind: "offline", days: 90, maxDays: 365 },
    ]);
    assert.deepEqual(atGraph([]).lines, [YOU, HOUR]);
  });

  test("is a line for each scope of the API, with the texts for users if there are any", () => {
    const scopes = [scope("Read"), scope("Write", { userDisplayName: "Change your lists" }), scope("Unasked")];
    const { asked } = fresh(...scopes);
    const { lines, approved } = asked(["Write", "Read"]);
    assert.deepEqual(lines, [YOU, api("Words for Read"), api("Change your lists"), HOUR]);
    assert.deepEqual(approved.resourceScopes, ["Write", "Read"]);
  });

  test("leaves out scopes that were deleted or disabled", () => {
    const { asked } = fresh(scope("Read"), scope("Off", { enabled: false }));
    const { lines, approved } = asked(["Read", "Off", "Gone"]);
    assert.deepEqual(lines, [YOU, api("Words for Read"), HOUR]);
    assert.deepEqual(approved.resourceScopes, ["Read"]);
  });

  test("is nothing of a disabled or deleted API", () => {
    const { api: own, asked } = fresh(scope("Read"));
    const gone = (names: string[]) =>
      permissionsOf(
        { api: undefined, consents: [], consentedApis: [], shown: [] },
        { ...scopesAt(own.clientId, names), oidc: ["openid"] },
      );
    for (const { lines, approved } of [asked(["Read"], {}, { ...own, disabledAt: 1 }), gone(["Read"])]) {
      assert.deepEqual([lines, approved.resourceScopes], [[YOU, HOUR], []]);
    }
  });

  test("of .default is what the administrator consented to and is still offered", () => {
    const scopes = [scope("Read"), scope("Off", { enabled: false }), scope("Theirs"), scope("Unasked")];
    const { userId, consent, asked } = fresh(...scopes);
    consent(null, ["Read", "Off"]);
    consent(userId, ["Theirs"]);
    const { lines, approved } = asked([], { isDefault: true });
    assert.deepEqual(lines, [YOU, api("Words for Read"), HOUR]);
    assert.deepEqual([approved.resourceScopes, approved.isDefault], [["Read"], true]);
  });

  test("of .default without an administrator's consent is nothing that an approval could allow", () => {
    const { consent, asked } = fresh(scope("Read"));
    consent(null, ["Read"], GRAPH_RESOURCE_ID);
    const { approved } = asked([], { isDefault: true });
    assert.deepEqual(approved.resourceScopes, []);
  });

  test("at Graph is the user's own account, and each administrative permission", () => {
    const { atGraph } = fresh();
    const { lines, approved } = atGraph(["User.Read", "User.ReadWrite.All", "User.Read.All"]);
    const people = { kind: "administration", of: "change_people" };
    assert.deepEqual(lines, [YOU, { kind: "account" }, people, HOUR]);
    assert.equal(approved.resourceScopes.length, 3);
    assert.deepEqual(atGraph(["User.Read.All"]).lines[1], { kind: "administration", of: "see_people" });
  });

  test("at an API is never a permission of Graph with the same name", () => {
    const { asked } = fresh(scope("User.Read"), scope("User.Read.All"));
    const { lines } = asked(["User.Read", "User.Read.All"]);
    assert.deepEqual(lines, [YOU, api("Words for User.Read"), api("Words for User.Read.All"), HOUR]);
  });
});

describe("what is requested", () => {
  test("is all new to a user who has never approved, whatever the administrator consented to", () => {
    const { consent, asked } = fresh(scope("Read"));
    consent(null, ["Read"]);
    consent(null, ["openid"], GRAPH_RESOURCE_ID);
    const { already, fresh: isNew, stays } = asked(["Read"], { oidc: ["openid", "offline_access"] });
    assert.deepEqual([already, isNew, stays.already], [[], [YOU, api("Words for Read")], false]);
  });

  test("is known after a first approval; what the administrator consented to since is as new as the rest", () => {
    const { consent, yes, asked } = fresh(scope("Read"), scope("Shown"), scope("Allowed"), scope("New"));
    yes(["openid"], GRAPH_RESOURCE_ID);
    yes(["Read"]);
    yes(["Shown"], undefined, null);
    consent(null, ["Allowed"]);
    const { already, fresh: isNew } = asked(["Read", "Shown", "Allowed", "New"]);
    assert.deepEqual(already, [YOU, api("Words for Read"), api("Words for Shown")]);
    assert.deepEqual(isNew, [api("Words for Allowed"), api("Words for New")]);
  });

  test("is new if consented to in this user's name without a page", () => {
    const { userId, consent, yes, asked } = fresh(scope("Read"));
    yes(["openid"], GRAPH_RESOURCE_ID);
    consent(userId, ["Read"]);
    assert.deepEqual(asked(["Read"]).fresh, [api("Words for Read")]);
  });

  test("is new again if it was shown but its consent has ended", () => {
    const { api: own, yes, asked } = fresh(scope("Read"));
    yes(["openid"], GRAPH_RESOURCE_ID);
    const { shown, consents } = { shown: [qualifiedScope(own.clientId, "Read")], consents: [] };
    const requested = { ...scopesAt(own.clientId, ["Read"]), oidc: ["openid"] };
    const { fresh: isNew } = permissionsOf({ api: own, consents, consentedApis: [], shown }, requested);
    assert.deepEqual(isNew, [YOU, api("Words for Read")]);
    assert.deepEqual(asked([]).already, [YOU]);
  });

  test("is new in a line with a new scope, and an approval of another resource does not count", () => {
    const { api: own, yes, asked } = fresh(scope("Read"));
    yes(["openid", "Read"], GRAPH_RESOURCE_ID);
    yes(["profile"], own.clientId);
    const { already, fresh: isNew } = asked(["Read"], { oidc: ["openid", "profile"] });
    assert.deepEqual([already, isNew], [[], [{ kind: "name_and_email" }, api("Words for Read")]]);
  });

  test("is always new if administrative", () => {
    const { yes, atGraph } = fresh();
    yes(["openid", "User.Read", "User.Read.All"], GRAPH_RESOURCE_ID);
    const { already, fresh: isNew } = atGraph(["User.Read", "User.Read.All"]);
    assert.deepEqual(already, [YOU, { kind: "account" }]);
    assert.deepEqual(isNew, [{ kind: "administration", of: "see_people" }]);
  });

  test("is new for the user's own account until there is consent", () => {
    const { yes, atGraph } = fresh();
    yes(["openid"], GRAPH_RESOURCE_ID);
    assert.deepEqual(atGraph(["User.Read"]).fresh, [{ kind: "account" }]);
  });

  test("is new for staying signed in until offline_access has consent; an hour never is", () => {
    const { yes, atGraph } = fresh();
    const stays = (...oidc: string[]) => atGraph([], oidc).stays;
    assert.deepEqual(stays("openid"), { line: HOUR, already: true });
    yes(["openid"], GRAPH_RESOURCE_ID);
    const offline = { kind: "offline", days: 90, maxDays: 365 };
    assert.deepEqual(stays("openid", "offline_access"), { line: offline, already: false });
    assert.deepEqual(
      atGraph([], ["openid", "offline_access"]).already,
      [YOU],
      "and is not part of the user's identity",
    );
    yes(["offline_access"], GRAPH_RESOURCE_ID);
    assert.deepEqual(stays("openid", "offline_access"), { line: offline, already: true });
  });
});

describe("what a renewal could add", () => {
  const RENEWED = ["openid", "offline_access"];

  test("is everything that was allowed to the app, at every API, with the texts for users", () => {
    const { api: own, others, userId, consent, asked } = fresh(scope("Read"), scope("Write"), scope("Unallowed"));
    const calendar = sampleApi({ scopes: [scope("Calendar.Read", { userDisplayName: "See your calendar" })] });
    others.push(calendar);
    consent(null, ["Write"]);
    consent(userId, ["Calendar.Read"], calendar.clientId);
    consent(null, ["openid", "offline_access", "profile", "email", "User.Read"], GRAPH_RESOURCE_ID);
    const { byRenewal, reach, lines } = asked(["Read"], { oidc: RENEWED });
    const words = [{ kind: "name_and_email" }, { kind: "account" }, api("Words for Write"), api("See your calendar")];
    assert.deepEqual(byRenewal, words);
    assert.deepEqual(lines.slice(2, -1), words);
    const atGraph = ["profile", "email", "User.Read"].map((name) => qualifiedScope(GRAPH_RESOURCE_ID, name));
    const elsewhere = [qualifiedScope(own.clientId, "Write"), qualifiedScope(calendar.clientId, "Calendar.Read")];
    assert.deepEqual(reach, [...atGraph, ...elsewhere]);
  });

  test("includes the widest identity that was allowed, known by what was shown of it", () => {
    for (const [allowed, kind] of [
      ["email", "email"],
      ["profile", "name_and_email"],
    ] as const) {
      const { atGraph, consent, yes } = fresh();
      consent(null, ["openid", allowed], GRAPH_RESOURCE_ID);
      const renewed = () => atGraph([], ["openid", "offline_access"]).byRenewal;
      assert.deepEqual(renewed(), [{ kind }]);
      yes([allowed], GRAPH_RESOURCE_ID);
      assert.deepEqual(renewed(), []);
    }
  });

  test("is nothing without a renewal", () => {
    const { consent, asked } = fresh(scope("Read"), scope("Write"));
    consent(null, ["Write"]);
    const { byRenewal, reach } = asked(["Read"]);
    assert.deepEqual([byRenewal, reach], [[], []]);
  });

  test("is never administrative, disabled, reserved to an administrator's consent, or already listed", () => {
    const { userId, consent, asked } = fresh(
      scope("Read"),
      scope("Off", { enabled: false }),
      scope("Reserved", { consent: "Admin" }),
    );
    consent(null, ["User.Read.All", "email"], GRAPH_RESOURCE_ID);
    consent(null, ["Read", "Off"]);
    consent(userId, ["Reserved"]);
    const { byRenewal, reach } = asked(["Read"], { oidc: [...RENEWED, "profile"] });
    assert.deepEqual(byRenewal, [], "the address is listed with the name");
    assert.deepEqual(reach, [qualifiedScope(GRAPH_RESOURCE_ID, "email")]);
  });

  test("is known once it was shown with an earlier request", () => {
    const { consent, yes, asked } = fresh(scope("Read"), scope("Write"), scope("Later"));
    yes(RENEWED, GRAPH_RESOURCE_ID);
    yes(["Write"], undefined, null);
    consent(null, ["Later"]);
    const { already, byRenewal } = asked(["Read"], { oidc: RENEWED });
    assert.deepEqual(already, [YOU, api("Words for Write")]);
    assert.deepEqual(byRenewal, [api("Words for Later")]);
  });

  test("is only what was shown before, if no page is shown", () => {
    const { api: own, consent, yes, atGraph } = fresh(scope("Write"), scope("Later"));
    yes(RENEWED, GRAPH_RESOURCE_ID);
    yes(["Write"]);
    consent(null, ["Later"]);
    const { byRenewal, reach } = atGraph([], RENEWED, { silent: true });
    assert.deepEqual([byRenewal, reach], [[], [qualifiedScope(own.clientId, "Write")]]);
  });
});
