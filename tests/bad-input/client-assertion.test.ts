import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { CompactSign } from "jose";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addCertifiedApp, type CertifiedApp, clientAssertion, JWT_BEARER } from "../fixtures/client-assertion.ts";
import { type Answer, post } from "../fixtures/device.ts";

for (const store of ["sqlite", "postgres"] as const) {
  describe(`odd client assertions (${store})`, () => {
    let tenant: TestTenant;
    let ci: CertifiedApp;
    before(async () => {
      tenant = await startTestTenant({ store });
      ci = await addCertifiedApp(tenant.context);
      const { clientId } = tenant.apis[0]!;
      await seed(tenant.context.store).assignRole(clientId, "ToDoList.Read.All", ci.principalId);
    });
    after(() => tenant.close());

    const ask = (client_assertion: string, client_id = ci.app.clientId): Promise<Answer> =>
      post(tenant, "/oauth2/v2.0/token", {
        grant_type: "client_credentials",
        scope: `api://${tenant.apis[0]!.clientId}/.default`,
        ...(client_id === "" ? {} : { client_id }),
        client_assertion_type: JWT_BEARER,
        client_assertion,
      });
    /** Rejected with an error that blames the client, without a token. */
    const assertRefused = ({ status, body }: Answer) => {
      assert.ok(status === 401 || status === 400, `${status} ${JSON.stringify(body)}`);
      assert.match(body.error_description, /^AADSTS(50027|50013|7000\d\d|700016|900144|90023): /);
      assert.equal(body.access_token, undefined);
    };
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>("", "\0", -1, 0, 1e308, "9".repeat(400), [], {}, [[]], "__proto__", true, null),
    );

    test("a correctly signed claim of any other type is rejected or ignored, and never causes an error in the tenant", async () => {
      const claim = fc.constantFrom("aud", "iss", "sub", "exp", "nbf", "iat", "jti", "cnf", "__proto__");
      await fc.assert(
        fc.asyncProperty(claim, odd, async (name, value) => {
          const answer = await ask(await clientAssertion(tenant, ci, { claims: { [name]: value } }));
          // Claims that are not checked, and values that happen to be valid.
          if (answer.status !== 200) assertRefused(answer);
          else assert.ok(["cnf", "__proto__", "nbf", "iat", "jti"].includes(name), `${name} ${JSON.stringify(value)}`);
        }),
        { numRuns: 300, seed: 7523 },
      );
    });

    test("a subject of any type without a client_id is rejected", async () => {
      await fc.assert(
        fc.asyncProperty(odd, async (sub) => {
          assertRefused(await ask(await clientAssertion(tenant, ci, { claims: { sub } }), ""));
        }),
        { numRuns: 100, seed: 7523 },
      );
    });

    test("a correctly signed header or payload with arbitrary content is rejected", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom("x5t", "x5t#S256", "kid", "typ", "crit", "b64", "jwk"),
          odd,
          async (name, value) => {
            const now = Math.floor(tenant.clock.now() / 1000);
            const claims = { iss: ci.app.clientId, sub: ci.app.clientId, aud: tenant.issuer, exp: now + 60 };
            const payload = Buffer.from(JSON.stringify({ ...claims, jti: randomUUID() }));
            let assertion: string;
            try {
              const header = { alg: "PS256", [name]: value } as { alg: string };
              assertion = await new CompactSign(payload).setProtectedHeader(header).sign(ci.own.key);
            } catch {
              // jose does not sign such a header, so it is combined with another assertion's signature.
              const header = Buffer.from(JSON.stringify({ alg: "PS256", [name]: value })).toString("base64url");
              assertion = `${header}.${payload.toString("base64url")}.AAAA`;
            }
            const answer = await ask(assertion);
            if (answer.status !== 200) assertRefused(answer);
            else assert.ok(name === "jwk" || (name === "typ" && /jwt$/i.test(String(value))) || name === "b64", name);
          },
        ),
        { numRuns: 200, seed: 7523 },
      );
    });

    test("text that is not a JWT is rejected, whatever its length", async () => {
      const text = fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.base64String({ maxLength: 400 }).map((part) => `${part}.${part}.${part}`),
        fc.constantFrom(".".repeat(9_000), "a.".repeat(4_000), `${"A".repeat(9_000)}.e30.`, "e30.e30.e30.e30.e30"),
      );
      await fc.assert(
        fc.asyncProperty(text, fc.constantFrom("", ci.app.clientId), async (assertion, clientId) => {
          assertRefused(await ask(assertion, clientId));
        }),
        { numRuns: 200, seed: 7523 },
      );
    });

    test("a hundred simultaneous assertions that name no certificate are all accepted", async () => {
      const assertions = await Promise.all(
        Array.from({ length: 100 }, () => clientAssertion(tenant, ci, { header: { "x5t#S256": undefined } })),
      );
      const answers = await Promise.all(assertions.map((assertion) => ask(assertion)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    });
  });
}
