import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AUDIT_EVENTS } from "../../../src/storage/audit-events.ts";
import { type ShownRecord, sentenceOf, toneOf } from "../../../src/ui/console/audit-record.ts";
import { languages, locales } from "../../../src/ui/i18n/languages.ts";

const record = (event: string, about: Partial<ShownRecord> = {}): ShownRecord => ({
  ...{ at: 0, event, actor: "user", caller: null, object: null, grantId: null, ip: null, detail: {} },
  user: { id: "u1", email: "ada@contoso.example" },
  app: { id: "a1", name: "Contoso Player" },
  ...about,
});

/** What users themselves do: the sentence has the user as the one who acts. */
const OWN_ACTS: readonly string[] = AUDIT_EVENTS.filter((event) => {
  const [kind = ""] = event.split(".");
  return ["authenticator", "passkey"].includes(kind)
    ? event !== "passkey.counter_went_back"
    : /\.(approved|denied|renamed|signed_\w+|data_downloaded|details_given|disowned|consent_withdrawn|password_reset|second_factor_passed)$/.test(
        event,
      );
});

const plain = (locale: "en" | "de", shown: ShownRecord) =>
  sentenceOf(shown, languages[locale].messages)
    .toString()
    .replace(/<[^>]*>/g, "");

describe("an audit record as a sentence", () => {
  for (const locale of locales) {
    test(`every event has one of its own in ${locale}`, () => {
      const sentences = AUDIT_EVENTS.map((event) => plain(locale, record(event)));
      for (const sentence of sentences) assert.match(sentence, /^\S.{8,}\S$/);
      // A device and a program in a browser get their tokens in the same way.
      assert.ok(new Set(sentences).size >= AUDIT_EVENTS.length - 4);
    });
  }

  test("names who, what and how, and who administered it", () => {
    assert.equal(plain("en", record("device_grant.approved")), "ada@contoso.example approved Contoso Player");
    assert.equal(
      plain("en", record("user.signed_in", { detail: { method: "passkey" } })),
      "ada@contoso.example signed in: passkey",
    );
    const caller = { id: "c1", email: "root@contoso.example" };
    assert.equal(
      plain("en", record("graph.user.changed", { caller })),
      "Details of ada@contoso.example were changed, by root@contoso.example, through Microsoft Graph",
    );
    assert.equal(
      plain("de", record("console.user.factors_reset", { caller })),
      "Die Anmeldemethoden von ada@contoso.example wurden zurückgesetzt, durch root@contoso.example, in der Konsole",
    );
    assert.equal(
      plain("en", record("sign_in.revoked", { actor: "operator" })),
      "The sign-in of ada@contoso.example in Contoso Player was ended, by the operator",
    );
    assert.equal(
      plain("en", record("device_grant.denied", { actor: "operator", user: null })),
      "The operator declined Contoso Player",
    );
    assert.equal(
      plain("en", record("policy.created", { actor: "operator", detail: { name: "MFA for all" } })),
      "Policy created: MFA for all, by the operator",
    );
  });

  const caller = { id: "c1", email: "root@contoso.example" };
  const wholes = {
    en: {
      operator:
        /^The operator (?!.*operator)|^(?!The operator|A tester).*\b(was|were|changed|registered|created|deleted|got|gets|used|renewed|renews|entered|chosen|failed|copied)\b.*, by the operator$/i,
      graph: /^root@.*, through Microsoft Graph$|, by root@contoso\.example, through Microsoft Graph$/,
    },
    de: {
      operator: /^Der Betreiber (?!.*Betreiber)|^(?!Der Betreiber|Beim Testen).*, durch den Betreiber$/,
      graph: /^root@.*, über Microsoft Graph$|, durch root@contoso\.example, über Microsoft Graph$/,
    },
  };
  for (const locale of locales) {
    for (const event of AUDIT_EVENTS) {
      test(`${event} is not said to be the user's act if the operator or an administrator did it (${locale})`, () => {
        const own = plain(locale, record(event));
        const byOperator = plain(locale, record(event, { actor: "operator" }));
        const byAdministrator = plain(locale, record(`graph.${event}`, { caller }));
        assert.match(byOperator, wholes[locale].operator);
        assert.match(byAdministrator, wholes[locale].graph);
        for (const sentence of [byOperator, byAdministrator]) {
          assert.equal(
            sentence.split(/The operator|Der Betreiber|by the operator|den Betreiber|root@/).length,
            2,
            sentence,
          );
          // In the words of the user's own act, the user is the one who acted.
          const isOwnAct = OWN_ACTS.includes(event);
          assert.ok(!isOwnAct || !sentence.startsWith(own), sentence);
        }
      });
    }
  }

  test("of an operator's token, says what it is for, and nothing of Microsoft Graph", () => {
    const token = (purpose?: string) =>
      record("operator_token.issued", {
        ...{ actor: "operator", user: null, app: null, detail: { uti: "u", ...(purpose && { purpose }) } },
      });
    assert.deepEqual(
      [undefined, "export", "apply"].map((purpose) => [plain("en", token(purpose)), plain("de", token(purpose))]),
      [
        [
          "The operator got a token to administer the tenant",
          "Der Betreiber hat ein Token zur Verwaltung des Mandanten erhalten",
        ],
        ["The operator read the tenant as a file", "Der Betreiber hat den Mandanten als Datei gelesen"],
        ["The operator began to apply a tenant file", "Der Betreiber hat begonnen, eine Mandantendatei anzuwenden"],
      ],
    );
  });

  test("an approval of the operator names the operator, and for whom", () => {
    assert.equal(
      plain("en", record("device_grant.approved", { actor: "operator" })),
      "The operator approved Contoso Player for ada@contoso.example",
    );
    assert.equal(
      plain("de", record("testing.clock_moved", { actor: "operator" })),
      "Der Betreiber hat die Uhr gestellt",
    );
    assert.equal(
      plain("en", record("console.authenticator.removed", { caller })),
      "root@contoso.example removed the authenticator app of ada@contoso.example, in the console",
    );
  });

  test("says what it does not know: deleted, never known, and events of a newer version", () => {
    const gone = record("device_grant.approved", { user: { id: "u1", email: null }, app: { id: "a1", name: null } });
    assert.equal(plain("en", gone), "The deleted user u1 approved the unknown app a1");
    assert.equal(
      plain("en", record("user.sign_in_failed", { user: null })),
      "The sign-in of an unknown user failed: new account",
    );
    assert.equal(plain("de", record("quantum.entangled_twice")), "quantum entangled twice");
    assert.equal(
      plain("en", record("user.signed_in", { detail: { method: "toString" } })),
      "ada@contoso.example signed in: toString",
    );
  });

  test("begins with a capital letter, and German declines what has no name", () => {
    const unnamed = { user: null, app: null, object: null, detail: {} };
    for (const locale of locales) {
      for (const event of AUDIT_EVENTS) {
        for (const about of [unnamed, { ...unnamed, user: { id: "u1", email: null }, app: { id: "a1", name: null } }]) {
          for (const shown of [record(event, about), record(event, { ...about, actor: "operator" })]) {
            const sentence = plain(locale, shown);
            assert.match(sentence, /^\p{Lu}/u, event);
            // After these, only the dative: not "von eine App".
            assert.doesNotMatch(sentence, /\b(?:von|bei|aus|zu) (?:eine|die|das|ein|der Betreiber)\b/, event);
            assert.doesNotMatch(sentence, /\b(?:ein unbekannter|einen unbekannten) /, event);
          }
        }
      }
    }
    assert.equal(
      plain("de", record("service_principal.created", unnamed)),
      "Der Dienstprinzipal von einer App wurde erstellt",
    );
    assert.equal(
      plain("de", record("user.created", { user: { id: "u1", email: null } })),
      "Das gelöschte Konto u1 wurde hinzugefügt",
    );
    // A name stays as it is, also at the beginning.
    assert.match(plain("en", record("app.secret_added", { app: { id: "a", name: "ciam-client-app" } })), /^ciam-/);
  });

  test("names the user flow, the group, and the role with its app", () => {
    const flow = { object: { id: "f1", name: "Customers" } };
    const both = (shown: ShownRecord) => locales.map((locale) => plain(locale, shown));
    assert.deepEqual(both(record("user_flow.app_added", flow)), [
      "Contoso Player was added to the user flow Customers",
      "Contoso Player wurde dem Benutzerflow Customers zugeordnet",
    ]);
    assert.deepEqual(both(record("user_flow.app_removed", { app: null })), [
      "An app was removed from a user flow",
      "Eine App wurde aus einem Benutzerflow entfernt",
    ]);
    assert.deepEqual(both(record("group.member_added", { object: { id: "g1", name: "Staff" } })), [
      "ada@contoso.example was added to the group Staff",
      "ada@contoso.example wurde in die Gruppe Staff aufgenommen",
    ]);
    const role = { ...flow, user: null, object: { id: "g1", name: "Staff" }, detail: { role: "Reader" } };
    assert.deepEqual(both(record("role_assignment.created", role)), [
      "Staff got the role Reader of Contoso Player",
      "Staff hat die Rolle Reader von Contoso Player erhalten",
    ]);
    assert.deepEqual(both(record("role_assignment.created", { ...role, object: { id: "g1", name: null } })), [
      "The deleted object g1 got the role Reader of Contoso Player",
      "Das gelöschte Objekt g1 hat die Rolle Reader von Contoso Player erhalten",
    ]);
    assert.equal(
      plain("de", record("device_grant.approved", { actor: "operator" })),
      "Der Betreiber hat die Anmeldung bei Contoso Player für ada@contoso.example bestätigt",
    );
  });

  test("shows stored text as text", () => {
    const wild = "<img src=x onerror=alert(1)>";
    for (const event of AUDIT_EVENTS) {
      const shown = record(`graph.${event}`, {
        user: { id: wild, email: wild },
        app: { id: wild, name: wild },
        caller: { id: wild, email: null },
        detail: { name: wild, why: wild, method: wild },
      });
      for (const locale of locales) {
        assert.doesNotMatch(sentenceOf(shown, languages[locale].messages).toString(), /<img/, event);
      }
    }
  });

  test("its tone says whether something was refused", () => {
    assert.deepEqual(
      [
        "device_grant.redeemed",
        "user.changed",
        "graph.user.deleted",
        "refresh_token.reused",
        "user.sign_in_failed",
      ].map(toneOf),
      ["good", "plain", "plain", "bad", "bad"],
    );
  });
});
