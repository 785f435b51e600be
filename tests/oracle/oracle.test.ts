import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Answer, answerOf } from "./answer.ts";
import { deviceAuthorizationRows } from "./device-authorization-rows.ts";
import { documented } from "./differences.ts";
import { metadataDifferences } from "./metadata-differences.ts";
import { startOurs } from "./our-peer.ts";
import type { Peer } from "./peer.ts";
import { refreshRows } from "./refresh-rows.ts";
import { revocationRows } from "./revocation-rows.ts";
import type { Row } from "./row.ts";
import { startTheirs } from "./their-peer.ts";
import { tokenRows } from "./token-rows.ts";
import { userinfoRows } from "./userinfo-rows.ts";

const endpoints: Record<string, Row[]> = {
  "device authorization": deviceAuthorizationRows,
  token: tokenRows,
  "token, refresh": refreshRows,
  revocation: revocationRows,
  userinfo: userinfoRows,
};

let ours: Peer;
let theirs: Peer;
before(async () => {
  [ours, theirs] = await Promise.all([startOurs(), startTheirs()]);
});
after(() => Promise.all([ours.close(), theirs.close()]));

for (const [endpoint, rows] of Object.entries(endpoints)) {
  describe(`the same requests to our ${endpoint} endpoint and oidc-provider's`, () => {
    for (const { title, ask, differs } of rows) {
      test(differs ? `${title}: differs as ${differs.as}` : title, async () => {
        const [our, their] = await Promise.all([ask(ours).then(answerOf), ask(theirs).then(answerOf)]);
        assert.deepEqual(pick(our, differs?.ours), differs?.ours ?? {}, "our answer is not the documented one");
        assert.deepEqual(pick(their, differs?.theirs), differs?.theirs ?? {}, "their answer is not the documented one");
        for (const each of Object.keys(differs?.ours ?? {}) as (keyof Answer)[]) {
          assert.notDeepEqual(our[each], their[each], `${each} does not differ`);
        }
        assert.deepEqual(without(our, differs?.ours), without(their, differs?.theirs));
        assert.ok(our.noStore || !their.noStore, "theirs is kept out of caches and ours is not");
      });
    }
  });
}

describe("the metadata of ours and of oidc-provider", () => {
  test("both name themselves and their endpoints on one origin", () => {
    for (const { metadata, name } of [ours, theirs]) {
      const { origin } = new URL(String(metadata.issuer));
      for (const [member, value] of Object.entries(metadata)) {
        if (/^(?!doorcode_).*_endpoint$|^jwks_uri$/.test(member))
          assert.equal(new URL(String(value)).origin, origin, `${name} ${member}`);
      }
    }
  });

  test("every member that only one of them has, or that differs, is explained", () => {
    const names = new Set([...Object.keys(ours.metadata), ...Object.keys(theirs.metadata)]);
    const differing = [...names].filter((member) => !alike(member, ours.metadata[member], theirs.metadata[member]));
    assert.deepEqual(differing.sort(), Object.keys(metadataDifferences).sort());
  });

  test("no list is empty", () => {
    const empty = Object.entries(ours.metadata).filter(([, value]) => Array.isArray(value) && value.length === 0);
    assert.deepEqual(empty, []);
  });
});

test("docs/differences.md names exactly the differences from oidc-provider that are tested here", () => {
  const held = [
    ...Object.values(endpoints).flatMap((rows) => rows.flatMap((row) => row.differs?.as ?? [])),
    ...Object.values(metadataDifferences),
  ];
  const names = documented("From oidc-provider").map(({ name }) => name);
  assert.deepEqual(names.sort(), [...new Set(held)].sort());
});

test("docs/differences.md states for each difference from Entra whether it was observed or assumed", () => {
  const rows = documented("From Microsoft Entra");
  assert.ok(rows.length > 0);
  for (const { name, text } of rows) {
    const last = text.split("|").at(-1)?.trim();
    assert.ok(last === "observed" || last === "assumed", `${name} ends with "${last}"`);
  }
});

function pick(answer: Answer, named: Partial<Answer> = {}): Partial<Answer> {
  return Object.fromEntries(Object.entries(answer).filter(([key]) => key in named));
}

/** Differences that neither the documentation nor the cache header (ours may be stricter) explains. */
function without(answer: Answer, named: Partial<Answer> = {}): Partial<Answer> {
  return Object.fromEntries(Object.entries(answer).filter(([key]) => !(key in named) && key !== "noStore"));
}

/** URLs differ by nature; lists count as sets. */
function alike(member: string, our: unknown, their: unknown): boolean {
  if (our === undefined || their === undefined) return false;
  if (/_endpoint$|^jwks_uri$|^issuer$/.test(member)) return true;
  const comparable = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);
  return comparable(our) === comparable(their);
}
