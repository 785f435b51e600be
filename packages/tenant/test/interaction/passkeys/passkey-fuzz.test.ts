import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import fc from "fast-check";
import {
  isCredentialId,
  readResponse,
  verifyAssertion,
  verifyRegistration,
} from "../../../src/interaction/passkeys/passkey-verification.ts";
import type { Passkey } from "../../../src/storage/store.ts";
import { Authenticator } from "./software-authenticator.ts";

const rp = { id: "localhost", origin: "http://localhost:8444" };
const challenge = Buffer.alloc(32, 7).toString("base64url");
const expected = { challenge, rp };
const authenticator = new Authenticator(rp.origin);
const made = authenticator.create({ challenge, rp, user: { id: "YWRh" } });
const shown = authenticator.get({ challenge, rpId: rp.id });

/** Number of damaged inputs per property; `seed` makes them reproducible. */
const RUNS = { numRuns: 1_500, seed: 4 };

/** One change to an answer: a bit of a binary value, a missing member, or another value. */
const damageTo = (...binary: string[]) =>
  fc.oneof(
    fc.record({ kind: fc.constant("bit" as const), member: fc.constantFrom(...binary), at: fc.nat(8_000) }),
    fc.record({ kind: fc.constant("cut" as const), member: fc.constantFrom(...binary), at: fc.nat(1_000) }),
    fc.record({
      kind: fc.constant("value" as const),
      member: fc.constantFrom("id", "rawId", "type", "response", ...binary),
      value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined), fc.string({ unit: "binary" })),
    }),
  );

/** The damaged answer; undefined if the damage changes nothing. */
function damaged(
  json: string,
  { kind, member, ...how }: { kind: string; member: string; at?: number; value?: unknown },
) {
  const answer = JSON.parse(json) as { [member: string]: unknown; response: Record<string, unknown> };
  const holder: Record<string, unknown> = member in answer ? answer : answer.response;
  const before = holder[member];
  if (typeof before !== "string" && member !== "response") return undefined;
  if (kind === "value") holder[member] = how.value;
  else if (typeof before === "string") {
    const bytes = Buffer.from(before, "base64url");
    // The two bytes around ECDSA's two numbers are read leniently; they are not part of the proof.
    const envelope = member === "signature" ? 2 : 0;
    const at = envelope + ((how.at ?? 0) % (bytes.length - envelope));
    if (kind === "bit") bytes[at] = (bytes[at] ?? 0) ^ (1 << ((how.at ?? 0) % 8));
    holder[member] = (kind === "cut" ? bytes.subarray(0, at) : bytes).toString("base64url");
  }
  return holder[member] === before ? undefined : JSON.stringify(answer);
}

async function keptPasskey(): Promise<Passkey> {
  const credential = await verifyRegistration(expected, JSON.parse(made) as RegistrationResponseJSON);
  assert.ok(credential);
  return { ...credential, userId: "ada", name: "Laptop", createdAt: 0, lastUsedAt: null };
}

test("no bit of a passkey's answer can change", async () => {
  const passkey = await keptPasskey();
  assert.ok(await verifyAssertion(expected, JSON.parse(shown) as AuthenticationResponseJSON, passkey));
  let verified = 0;
  await fc.assert(
    fc.asyncProperty(damageTo("clientDataJSON", "authenticatorData", "signature"), async (how) => {
      const text = damaged(shown, how);
      const response = text === undefined ? undefined : readResponse<AuthenticationResponseJSON>(text);
      if (!response) return;
      verified++;
      assert.equal(await verifyAssertion(expected, response, passkey), undefined);
    }),
    RUNS,
  );
  // Most damaged inputs must be parsed and verified: inputs that parsing rejects say nothing about the signature.
  assert.ok(verified >= 1_300, `only ${verified} of ${RUNS.numRuns} were verified`);
});

test("arbitrary input instead of a new passkey raises no error, and never passes for another origin or challenge", async () => {
  const times = { verified: 0, kept: 0 };
  await fc.assert(
    fc.asyncProperty(damageTo("clientDataJSON", "attestationObject"), async (how) => {
      const text = damaged(made, how);
      const response = text === undefined ? undefined : readResponse<RegistrationResponseJSON>(text);
      if (!response) return;
      times.verified++;
      const kept = await verifyRegistration(expected, response);
      if (!kept) return;
      times.kept++;
      // Nothing signs a new key, so another key instead is valid too; but it was created here, for this challenge.
      assert.equal(kept.credentialId, response.id);
      const clientData = JSON.parse(Buffer.from(response.response.clientDataJSON, "base64url").toString());
      assert.deepEqual(
        [clientData.type, clientData.challenge, clientData.origin],
        ["webauthn.create", challenge, rp.origin],
      );
    }),
    RUNS,
  );
  assert.ok(times.verified >= 1_250 && times.kept >= 100, JSON.stringify(times));
});

test("no text makes reading it fail", () => {
  const id = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string({ unit: "binary" }), fc.stringMatching(/^[\w-]{1,40}$/));
  const answer = fc.record({
    id,
    response: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.dictionary(fc.string(), fc.string())),
  });
  let read = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.json(),
        answer.map((one) => JSON.stringify(one)),
      ),
      (text) => {
        const response = readResponse(text);
        if (response === undefined) return;
        read++;
        assert.ok(isCredentialId(response.id));
        assert.equal(typeof response.response, "object");
        assert.notEqual(response.response, null);
      },
    ),
    { ...RUNS, numRuns: 2_000 },
  );
  assert.ok(read >= 150, `only ${read} were read`);
});

test("a credential ID is base64url of at most 1,023 bytes (WebAuthn §7.1)", () => {
  for (const id of ["a", "-_09Az", Buffer.alloc(1_023).toString("base64url")]) assert.ok(isCredentialId(id), id);
  for (const id of ["", "a=", "a+/", "a b", "é", "a\n", `${Buffer.alloc(1_023).toString("base64url")}A`]) {
    assert.ok(!isCredentialId(id), id);
  }
});
