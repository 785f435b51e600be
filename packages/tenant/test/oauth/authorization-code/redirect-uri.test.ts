import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  formMayLeadTo,
  hostOf,
  isRegistered,
  redirectKind,
  registrable,
} from "../../../src/oauth/authorization-code/redirect-uri.ts";

const WEB = "https://notes.contoso.example/back?from=doorcode";
const app = {
  redirectUris: [
    WEB,
    "http://localhost/callback",
    "http://127.0.0.1",
    "http://[::1]:8080/x",
    "http://localhost/in/",
    "http://localhost?then=/",
    "localhost/only-its-path",
    "com.contoso.notes:/back",
  ],
};

describe("a redirect URI", () => {
  const kinds: [string, ReturnType<typeof redirectKind>][] = [
    [WEB, "web"],
    ["http://localhost:1/", "loopback"],
    ["http://127.0.0.1:65535", "loopback"],
    ["http://[::1]:51004/callback", "loopback"],
    ["com.contoso.notes:/back", "app"],
    ["msal9d3c8a55-1111-4222-8333-444455556666://auth", "app"],
    ["urn:ietf:wg:oauth:2.0:oob", "app"],
    ["com.contoso.http:/back", "app"],
    ["http.contoso:/back", "app"],
    ["com.contoso.notes:/?then=http://localhost/", "app"],
    [`https://notes.contoso.example/${"x".repeat(2_018)}`, "web"],
  ];
  for (const [uri, kind] of kinds) {
    test(`${uri} is of the kind ${kind}`, () => assert.equal(redirectKind(uri), kind));
  }

  const never = [
    "http://notes.contoso.example/back",
    "http://localhost.evil.example/",
    "http://localhost:99999/",
    "http://127.0.0.2/",
    "http://LOCALHOST/",
    "HTTP://localhost/",
    `${WEB}#fragment`,
    "https://user@notes.contoso.example/",
    "https://:password@notes.contoso.example/",
    "https://é.example/back",
    "https://notes.contoso.example\\@evil.example/",
    "https://notes.contoso.example/\n",
    "https://notes.contoso.example/é",
    "/back",
    "",
    `https://notes.contoso.example/${"x".repeat(2_019)}`,
    ...["http", "ws", "wss", "ftp", "file", "javascript", "vbscript", "data", "blob", "about", "filesystem"].map(
      (scheme) => `${scheme}:x`,
    ),
    "view-source:https://notes.contoso.example/",
    "mailto:ana@contoso.example",
    "tel:1",
  ];
  for (const uri of never) {
    test(`${JSON.stringify(uri.slice(0, 60))} never gets a response, registered or not`, () => {
      assert.equal(redirectKind(uri), undefined);
      assert.equal(isRegistered({ redirectUris: [uri] }, uri), false);
    });
  }

  test("counts as registered character by character, but for the port on this computer", () => {
    for (const uri of [
      ...app.redirectUris.filter((uri) => uri.includes(":")),
      "http://localhost:51004/callback",
      "http://127.0.0.1:1/",
      "http://[::1]/x",
      "http://localhost:51004/in/",
      "http://localhost:51004/?then=/",
    ]) {
      assert.equal(isRegistered(app, uri), true, uri);
    }
  });

  test("is registered once without the port that the system assigned", () => {
    const suggested: Record<string, string> = {
      "http://localhost:39729": "http://localhost",
      "http://127.0.0.1:1/": "http://127.0.0.1",
      "http://[::1]:51004/in/": "http://[::1]/in/",
      "http://localhost:3000/callback?x=/": "http://localhost/callback?x=/",
      [`${WEB.replace(".example/", ".example:8443/")}`]: WEB.replace(".example/", ".example:8443/"),
    };
    for (const [uri, expected] of Object.entries(suggested)) {
      assert.equal(registrable(uri), expected);
      assert.equal(isRegistered({ redirectUris: [expected] }, uri), true, uri);
    }
  });

  const near: Record<string, string> = {
    "another port of a web site": WEB.replace(".example/", ".example:8443/"),
    "the port of a web site spelled out": WEB.replace(".example/", ".example:443/"),
    "another path": WEB.replace("back", "back/"),
    "another case of its path": WEB.replace("back", "Back"),
    "another case of its host": WEB.replace("notes", "NOTES"),
    "a longer query": `${WEB}&x=1`,
    "no query": WEB.split("?")[0]!,
    "another encoding": WEB.replace("back", "%62ack"),
    "dots in its path": WEB.replace("/back", "/x/../back"),
    "a name below its own": WEB.replace("contoso.example", "contoso.example.evil.example"),
    "http instead of https": WEB.replace("https", "http"),
    "another path on this computer": "http://localhost:51004/callback2",
    "no path on this computer": "http://localhost:51004",
    "a query on this computer": "http://localhost:51004/callback?x=1",
    "another name of this computer": "http://127.0.0.1:51004/callback",
    "https on this computer": "https://localhost:51004/callback",
    "a registration that is no URI": "http://localhost:51004/only-its-path",
    "another path of the scheme": "com.contoso.notes:/other",
    "one slash fewer on this computer": "http://localhost:51004/in",
    "one slash more on this computer": "http://localhost:51004//in/",
  };
  for (const [what, uri] of Object.entries(near)) {
    test(`is not registered with ${what}`, () => assert.equal(isRegistered(app, uri), false));
  }

  test("of a website is shown by its host, in its ASCII form", () => {
    assert.equal(hostOf("https://bücher.example/".replace("ü", "%C3%BC")), "xn--bcher-kva.example");
    assert.equal(hostOf("https://notes.contoso.example:8443/x"), "notes.contoso.example:8443");
    assert.equal(hostOf("http://localhost:1/"), null);
  });

  test("no form may be sent to an IPv6 address, which no policy can name", () => {
    assert.deepEqual(["http://[::1]:1/", "http://localhost:1/", WEB].map(formMayLeadTo), [false, true, true]);
  });
});
