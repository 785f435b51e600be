import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { signedInEnv } from "./signed-in.ts";

describe("doorcode call", () => {
  test("sends the token to an origin that login declared, and prints the body", async (t) => {
    const { run, issuer, login } = await signedInEnv(t);
    await login("--origin", issuer.authority);
    issuer.api = (request) => ({ status: 200, text: `hello ${request.method}` });
    const { exit, stdout, stderr } = await run(["call", `${issuer.authority}/todo`]);
    assert.deepEqual([exit, stdout, stderr], [0, "hello GET", ""]);
    assert.match(issuer.requests.at(-1)?.authorization ?? "", /^Bearer canary-access-token/);
  });

  test("sends it to no other origin; --origin declares one, also for later calls", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    issuer.api = () => ({ status: 200, text: "hello" });
    const before = issuer.requests.length;
    const refused = await run(["call", `${issuer.authority}/todo`]);
    assert.equal(refused.exit, 2);
    assert.match(refused.stderr, /--origin http:\/\/127/);
    assert.equal(issuer.requests.length, before);
    assert.equal((await run(["call", "--origin", issuer.authority, `${issuer.authority}/todo`])).stdout, "hello");
    assert.equal((await run(["call", `${issuer.authority}/todo`])).stdout, "hello");
    assert.equal((await run(["call", "https://other.example/todo"])).exit, 2);
  });

  test("sends method, headers and body, also from a file", async (t) => {
    const { run, issuer, folder, login } = await signedInEnv(t);
    await login("--origin", issuer.authority);
    const url = `${issuer.authority}/todo`;
    issuer.api = ({ method, headers }, body) => ({
      status: 201,
      text: `${method} ${headers["content-type"]} ${headers["x-trace"]} ${body}`,
    });
    const sent = await run(["call", url, "-d", '{"a":1}', "-H", "X-Trace: 7"]);
    assert.deepEqual([sent.exit, sent.stdout], [0, 'POST application/json 7 {"a":1}']);
    await writeFile(join(folder, "body"), "plain");
    const put = await run(["call", "-X", "put", "-d", `@${join(folder, "body")}`, "-i", url]);
    assert.match(put.stdout, /^HTTP 201 Created\n[\s\S]*\n\nPUT text\/plain; charset=utf-8 undefined plain$/);
  });

  test("exits 1 with the status on stderr and the body on stdout for an unsuccessful response", async (t) => {
    const { run, issuer, login } = await signedInEnv(t);
    await login("--origin", issuer.authority);
    issuer.api = () => ({ status: 404, text: "no such item" });
    const { exit, stdout, stderr } = await run(["call", `${issuer.authority}/todo/9`]);
    assert.deepEqual([exit, stdout], [1, "no such item"]);
    assert.match(stderr, /answered 404 Not Found/);
    await issuer.close();
    const gone = await run(["call", `${issuer.authority}/todo`]);
    assert.equal(gone.exit, 1);
    assert.match(gone.stderr, /cannot be reached \(ECONNREFUSED\)/);
  });

  test("shows the status and WWW-Authenticate of a 401 that a renewed token also gets", async (t) => {
    const { run, issuer, login } = await signedInEnv(t);
    await login("--origin", issuer.authority);
    const challenge = 'Bearer realm="todo", error="invalid_token", error_description="The audience is another one"';
    issuer.api = () => ({ status: 401, text: "no", headers: { "www-authenticate": challenge } });
    const { exit, stderr } = await run(["call", `${issuer.authority}/todo`]);
    assert.equal(exit, 3);
    const [sentence, hint] = stderr.split("\n");
    const refused = `The API at ${issuer.authority} rejects the token (HTTP 401, WWW-Authenticate: ${challenge}).`;
    assert.equal(sentence, `doorcode: ${refused}`);
    assert.match(hint ?? "", /^Check --scope: it must be a scope of that API\./);
  });

  test("rejects credentials and malformed arguments", async (t) => {
    const { run, issuer } = await signedInEnv(t);
    const before = issuer.requests.length;
    for (const args of [
      ["call", "-H", "Authorization: Bearer hunter2", issuer.authority],
      ["call", "-H", "no colon", issuer.authority],
      ["call", "not a url"],
      ["call"],
      ["call", "-d", "@/nonexistent/body", issuer.authority],
      ["call", issuer.authority.replace("//", "//ada:hunter2@")],
    ]) {
      const { exit, stderr } = await run(args);
      assert.equal(exit, 2, args.join(" "));
      assert.ok(!stderr.includes("hunter2"));
    }
    assert.equal(issuer.requests.length, before);
  });
});
