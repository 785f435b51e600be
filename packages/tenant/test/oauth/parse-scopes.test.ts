import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Api } from "../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { parseScopes } from "../../src/oauth/parse-scopes.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApi } from "../storage/samples.ts";

describe("a scope parameter", () => {
  let store: Store;
  const scope = (value: string, enabled = true): Api["scopes"][number] => ({
    value,
    enabled,
    consent: "User",
    displayName: value,
    description: "",
  });
  /** As many as a response may contain, one more, one of the maximum length, and one that is disabled. */
  const many = Array.from({ length: 51 }, (_, at) => `Scope.${at}`);
  const api = sampleApi({
    scopes: [...many.map((value) => scope(value)), scope("x".repeat(100)), scope("Off", false)],
  });
  const uri = api.identifierUri;
  before(async () => {
    store = await openSqliteStore(":memory:");
    await seed(store).putApi(api);
  });
  after(() => store.close());

  const parsed = async (text: string) => {
    const scopes = await parseScopes(store, text);
    assert.ok(!("problem" in scopes), JSON.stringify(scopes));
    return scopes;
  };
  const problem = async (text: string) => {
    const scopes = await parseScopes(store, text);
    assert.ok("problem" in scopes, text);
    return "detail" in scopes ? [scopes.problem, scopes.detail] : [scopes.problem];
  };
  const named = (count: number) => many.slice(0, count).map((value) => `${uri}/${value}`);

  test("contains 50 scopes, not 51; a repeated one counts once", async () => {
    assert.deepEqual((await parsed(named(50).join(" "))).resourceScopes, many.slice(0, 50));
    assert.deepEqual((await parsed(`openid ${named(49).join(" ")}`)).resourceScopes, many.slice(0, 49));
    assert.equal((await parsed([...named(50), ...named(50)].join(" "))).resourceScopes.length, 50);
    for (const text of [named(51).join(" "), `openid ${named(50).join(" ")}`]) {
      assert.deepEqual(await problem(text), ["scope_invalid", "it contains too many scopes."]);
    }
  });

  test("a name has 1 to 256 characters of RFC 6749 §3.3", async () => {
    const longest = `https://graph.microsoft.com/${"x".repeat(228)}`;
    assert.match((await problem(longest))[1] ?? "", /is not a scope of this tenant/);
    for (const word of [`${longest}x`, 'a"b', "a\\b", "é", "a\tb", "a\x7fb"]) {
      assert.deepEqual(
        await problem(word),
        ["scope_invalid", "it contains a character that scopes cannot have."],
        word,
      );
    }
    for (const empty of ["", "   "]) assert.deepEqual(await problem(empty), ["scope_invalid", "it contains no scope."]);
  });

  test("is case-insensitive and returns the registered names, each once, in the requested order", async () => {
    const asked = [
      "OpenID",
      "EMAIL",
      "openid",
      `${uri.toUpperCase().replace("API:", "api:")}/SCOPE.1`,
      `${uri}/Scope.1`,
    ];
    const scopes = await parsed(asked.join(" "));
    assert.deepEqual(scopes, {
      oidc: ["openid", "email"],
      resourceId: api.clientId,
      resourceScopes: ["Scope.1"],
      isDefault: false,
      asked,
    });
    assert.equal((await parsed(`${api.clientId.toUpperCase()}/Scope.2`)).resourceId, api.clientId);
  });

  test("bare names are Graph's, like those with either of its URIs", async () => {
    for (const text of ["user.read", "https://Graph.microsoft.com/User.Read", `${GRAPH_RESOURCE_ID}/User.Read`]) {
      const { resourceId, resourceScopes } = await parsed(text);
      assert.deepEqual([resourceId, resourceScopes], [GRAPH_RESOURCE_ID, ["User.Read"]], text);
    }
    const { resourceId, resourceScopes, isDefault } = await parsed("openid");
    assert.deepEqual([resourceId, resourceScopes, isDefault], [GRAPH_RESOURCE_ID, [], false]);
  });

  test(".default is alone at its resource, in any case", async () => {
    const scopes = await parsed(`${uri}/.Default openid`);
    assert.deepEqual([scopes.isDefault, scopes.resourceScopes, scopes.oidc], [true, [], ["openid"]]);
    assert.equal((await problem(`${uri}/.default ${uri}/Scope.1`))[0], "scope_invalid");
  });

  test("one resource at a time, an existing one, and scopes that it offers", async () => {
    assert.deepEqual(await problem(`${uri}/Scope.1 User.Read`), ["several_resources"]);
    assert.deepEqual(await problem("api://unknown/Read"), ["resource_unknown", "api://unknown."]);
    for (const value of ["Off", "Nothing"]) {
      assert.deepEqual(await problem(`${uri}/${value}`), ["scope_invalid", `${value} is not a scope of ${uri}.`]);
    }
    const gone = sampleApi({ disabledAt: 1 });
    await seed(store).putApi(gone);
    assert.equal((await problem(`${gone.identifierUri}/ToDoList.Read`))[0], "resource_unknown");
  });

  test("an identifier URI that ends in a slash results in scopes with two", async () => {
    const slashed = sampleApi({ identifierUri: "https://slashed.contoso.example/" });
    await seed(store).putApi(slashed);
    for (const slashes of ["/", "//"]) {
      const { resourceId } = await parsed(`https://slashed.contoso.example${slashes}ToDoList.Read`);
      assert.equal(resourceId, slashed.clientId, slashes);
    }
  });
});
