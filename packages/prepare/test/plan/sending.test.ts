import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { GraphConflict, GraphOutcomeUnknown, responseError } from "../../src/graph/failures.ts";
import { Graph } from "../../src/graph/graph.ts";
import { createUser } from "../../src/graph/people.ts";
import type { GraphRequest } from "../../src/graph/request.ts";
import { retryAfterMs } from "../../src/graph/retries.ts";
import { PrepareError } from "../../src/index.ts";
import { DocumentedGraph, graphError, type Interruption } from "./fixtures/documented-graph.ts";
import { FakeClock } from "./fixtures/fake-clock.ts";

const list: GraphRequest<{ value: unknown[] }> = { method: "GET", path: "/applications" };
const create: GraphRequest = { method: "POST", path: "/servicePrincipals", body: { appId: "5e13" } };
const tooMany = graphError("TooManyRequests", "Too many requests.");

async function started(...answers: (Interruption | undefined)[]) {
  const clock = new FakeClock();
  const server = await new DocumentedGraph(clock).listen();
  server.interrupt = (number) => answers[number - 1];
  return { clock, server, graph: new Graph(server.access(), { clock }) };
}

function fails(code: string, ...says: RegExp[]) {
  return (error: unknown) => {
    assert.ok(error instanceof PrepareError, String(error));
    assert.equal(error.code, code);
    for (const pattern of says) assert.match(`${error.message} ${error.hint}`, pattern);
    return true;
  };
}

test("A throttled request waits as long as Graph asks, and then succeeds", async () => {
  const { clock, server, graph } = await started(
    { status: 429, headers: { "retry-after": "7" }, body: tooMany },
    {
      status: 429,
      headers: { "retry-after": new Date(Date.parse("2026-11-26T09:00:12Z")).toUTCString() },
      body: tooMany,
    },
    { status: 429, body: tooMany },
  );
  await using _ = server;
  assert.deepEqual(await graph.list(list), []);
  assert.deepEqual(clock.slept, [7_000, 5_000, 8_000]);
});

test("A request that is throttled for more than two minutes, or repeatedly, fails and says how long to wait", async () => {
  const patience = { status: 429, headers: { "retry-after": "3600" }, body: tooMany };
  const far = await started(patience);
  await using _far = far.server;
  await assert.rejects(far.graph.list(list), fails("graph_throttled", /3600 s/));
  assert.deepEqual(far.clock.slept, []);

  const often = await started(...Array(6).fill({ status: 429, headers: { "retry-after": "1" }, body: tooMany }));
  await using _often = often.server;
  await assert.rejects(often.graph.list(list), fails("graph_throttled"));
  assert.equal(often.clock.slept.length, 5);
});

test("A gateway error or a lost connection is retried, with longer and longer waits", async () => {
  const { clock, server, graph } = await started(
    { status: 503, body: graphError("ServiceUnavailable", "Try later.") },
    { status: 504, body: "<html>Gateway Timeout</html>" },
    { status: 0, hangUp: true },
    { status: 503, headers: { "retry-after": "3" }, body: "" },
  );
  await using _ = server;
  assert.deepEqual(await graph.list(list), []);
  assert.deepEqual(clock.slept, [1_000, 2_000, 4_000, 3_000]);
  const ids = server.requests.map(({ headers }) => headers["client-request-id"]);
  assert.equal(new Set(ids).size, 1, "one request has one client-request-id");
});

test("Each kind of failure is retried on its own schedule, and no longer", async () => {
  const gone = { status: 404, body: graphError("Request_ResourceNotFound", "Resource '5e13' does not exist.") };
  for (const [answer, code, slept] of [
    [{ status: 429, body: tooMany }, "graph_throttled", [2, 4, 8, 16, 32]],
    [{ status: 500, body: "" }, "graph_unreachable", [1, 2, 4, 8, 16]],
    [gone, "graph_refused", [1, 2, 4, 8, 15, 15, 15]],
  ] as const) {
    const { clock, server, graph } = await started(...Array(9).fill(answer));
    await using _ = server;
    graph.created("5e13");
    await assert.rejects(graph.send({ method: "PATCH", path: "/applications/5e13", body: {} }), fails(code));
    assert.deepEqual(
      clock.slept,
      slept.map((seconds) => seconds * 1_000),
    );
  }
});

test("A Retry-After of two minutes is honored, a longer one is not", async () => {
  const asking = (seconds: number) => ({ status: 429, headers: { "retry-after": `${seconds}` }, body: tooMany });
  const { clock, server, graph } = await started(asking(120), asking(121));
  await using _ = server;
  await assert.rejects(graph.list(list), fails("graph_throttled", /121 s/));
  assert.deepEqual(clock.slept, [120_000]);
});

test("Every status has one meaning, with and without Graph's code", () => {
  const meaning = (status: number, text: string) =>
    responseError(list, new Response(null, { status }), text, "id", "entra").code;
  for (let status = 300; status < 600; status++) {
    const [unnamed, named] = /^(401|403|409|429)$/.test(`${status}`)
      ? [known[status], known[status]]
      : status >= 500
        ? ["graph_unreachable", "graph_unreachable"]
        : ["graph_misbehaved", status < 400 ? "graph_misbehaved" : "graph_refused"];
    assert.equal(meaning(status, "<html>"), unnamed, `${status}`);
    assert.equal(meaning(status, JSON.stringify(graphError("Any", "Any."))), named, `${status}`);
  }
});

const known: Record<number, string> = {
  401: "graph_unauthenticated",
  403: "graph_denied",
  409: "graph_conflict",
  429: "graph_throttled",
};

test("A create without a response is not sent twice, because it may have succeeded", async () => {
  const lost = await started({ status: 0, hangUp: true });
  await using _lost = lost.server;
  await assert.rejects(lost.graph.send(create), GraphOutcomeUnknown);
  assert.equal(lost.server.requests.length, 1);
  const late = await started({ status: 504, body: "" });
  await using _late = late.server;
  await assert.rejects(late.graph.send(create), GraphOutcomeUnknown);
});

test("A server that stops responding is finally reported as unreachable", async () => {
  const { clock, server, graph } = await started(
    { status: 503, body: "" },
    ...Array(9).fill({ status: 0, hangUp: true }),
  );
  await using _ = server;
  await assert.rejects(graph.list(list), fails("graph_unreachable", /cannot be reached/));
  assert.deepEqual(clock.slept, [1_000, 2_000, 4_000, 8_000, 16_000]);
});

test("A server that never responded is reported as unreachable immediately, because the URL may be wrong", async () => {
  const { clock, server, graph } = await started(...Array(9).fill({ status: 0, hangUp: true }));
  await using _ = server;
  await assert.rejects(graph.list(list), fails("graph_unreachable", /cannot be reached/));
  assert.deepEqual(clock.slept, [500]);
});

test("The error of a denied request names the missing permission and directory role", async () => {
  const denied = { status: 403, body: graphError("Authorization_RequestDenied", "Insufficient privileges.") };
  const { server, graph } = await started(denied, denied);
  await using _ = server;
  await assert.rejects(
    graph.send(create),
    fails("graph_denied", /Insufficient privileges/, /Application\.ReadWrite\.All/, /Cloud Application Administrator/),
  );
  await assert.rejects(graph.list(list), fails("graph_denied", /Application\.Read\.All/));
  assert.equal(server.requests.length, 2, "nothing is retried");
});

test("Errors have Graph's code and the request ID; a rejected token leads to a new sign-in", async () => {
  const { server, graph } = await started(
    { status: 400, body: graphError("Request_BadRequest", "Invalid value.") },
    { status: 401, body: graphError("InvalidAuthenticationToken", "Lifetime validation failed.") },
    { status: 409, body: graphError("Request_MultipleObjectsWithSameKeyValue", "It is there.") },
    { status: 418, body: "<html>a proxy</html>" },
    { status: 200, body: "<html>a portal of the hotel</html>" },
    { status: 200, body: { anything: true } },
  );
  await using _ = server;
  await assert.rejects(graph.send(create), (error: PrepareError) => {
    fails("graph_refused", /Invalid value/)(error);
    assert.equal(error.graphCode, "Request_BadRequest");
    assert.equal(error.requestId, server.requests[0]?.headers["client-request-id"]);
    return true;
  });
  await assert.rejects(graph.send(create), fails("graph_unauthenticated", /Sign in again/));
  await assert.rejects(graph.send(create), GraphConflict);
  await assert.rejects(graph.send(create), (error: PrepareError) => {
    fails("graph_misbehaved")(error);
    assert.doesNotMatch(error.message, /proxy/);
    return true;
  });
  await assert.rejects(graph.send(list), fails("graph_misbehaved", /not JSON/));
  await assert.rejects(graph.list(list), fails("graph_misbehaved", /not a list/));
});

/** Entra's error for an application that only another replica has yet (Azure/azure-cli 28009). */
const notLocal = {
  status: 403,
  body: graphError(
    "Authorization_RequestDenied",
    "When using this permission, the backing application of the service principal being created must in the local tenant",
  ),
};

test("A 403 about the backing application of a new object means that it does not exist yet", async () => {
  const { clock, server, graph } = await started(notLocal, notLocal, { status: 201, body: { id: "sp" } });
  await using _ = server;
  graph.created("5e13");
  assert.deepEqual(await graph.send(create), { id: "sp" });
  assert.deepEqual(clock.slept, [1_000, 2_000]);
});

test("The same 403 is an error for an existing application, and for a new one after a minute", async () => {
  const foreign = await started(notLocal);
  await using _foreign = foreign.server;
  foreign.graph.created("another");
  await assert.rejects(foreign.graph.send(create), fails("graph_denied", /backing application/));
  assert.deepEqual(foreign.clock.slept, []);

  const never = await started(...Array(9).fill(notLocal));
  await using _never = never.server;
  never.graph.created("5e13");
  await assert.rejects(never.graph.send(create), fails("graph_denied", /backing application/));
  assert.equal(never.server.requests.length, 8);
});

test("Any other 403 about a new object is an immediate denial", async () => {
  const { clock, server, graph } = await started({
    status: 403,
    body: graphError("Authorization_RequestDenied", "Insufficient privileges."),
  });
  await using _ = server;
  graph.created("5e13");
  await assert.rejects(graph.send(create), fails("graph_denied"));
  assert.deepEqual(clock.slept, []);
});

test("A new object is requested until it appears; one that never existed is not", async () => {
  const gone = { status: 404, body: graphError("Request_ResourceNotFound", "Resource 'x' does not exist.") };
  const noApp = {
    status: 400,
    body: graphError("Request_BadRequest", "The appId does not reference a valid application object."),
  };
  const { clock, server, graph } = await started(gone, noApp, noApp, { status: 201, body: { id: "sp" } });
  await using _ = server;
  await assert.rejects(graph.send(create), fails("graph_refused"));
  assert.deepEqual(clock.slept, []);
  graph.created("5e13");
  assert.deepEqual(await graph.send(create), { id: "sp" });
  assert.deepEqual(clock.slept, [1_000, 2_000]);

  const never = await started(...Array(9).fill(gone));
  await using _never = never.server;
  never.graph.created("5e13");
  await assert.rejects(never.graph.send(create), fails("graph_refused", /does not exist/));
  assert.equal(
    never.clock.slept.reduce((sum, ms) => sum + ms, 0),
    60_000,
  );
});

test("A refusal that repeats the password of a new account, or the token, is reported without them", async () => {
  const password = "Canary/pass word+1";
  const request = createUser({ email: "ada@contoso.example", name: "Ada", issuer: "contoso.example", password });
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from("{}").toString("base64url")}.canary`;
  for (const repeated of [password, encodeURIComponent(password), JSON.stringify(password), `Bearer ${token}`]) {
    for (const status of [400, 401, 403]) {
      const body = graphError("Request_BadRequest", `Property passwordProfile is invalid: ${repeated}`);
      const { server, graph } = await started({ status, body });
      await using _ = server;
      await assert.rejects(graph.send(request), (error: PrepareError) => {
        assert.match(error.message, /is invalid: .*…/);
        assert.doesNotMatch(inspect(error, { depth: 9 }), /canary|pass.{1,3}word/i);
        return true;
      });
    }
  }
});

test("Deleting an object that no longer exists succeeds", async () => {
  const gone = { status: 404, body: graphError("Request_ResourceNotFound", "Resource 'x' does not exist.") };
  const { server, graph } = await started(gone);
  await using _ = server;
  assert.equal(await graph.send({ method: "DELETE", path: "/applications/x" }), undefined);
});

test("Every page of a list is read, and the token is sent only to URLs below the base", async () => {
  const clock = new FakeClock();
  await using server = await new DocumentedGraph(clock, { pageSize: 2 }).listen();
  server.state.groups = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
  const graph = new Graph(server.access(), { clock });
  const groups = await graph.list({ method: "GET", path: "/groups?$top=2" } as GraphRequest<{
    value: { id: string }[];
  }>);
  assert.deepEqual(
    groups.map(({ id }) => id),
    ["a", "b", "c", "d", "e"],
  );

  await using thief = await new DocumentedGraph(clock).listen();
  const links = [
    `${thief.base}/applications`,
    server.base.replace("/v1.0", "/beta/applications"),
    `${server.base}evil/applications`,
    server.base.replace("127.0.0.1", "127.0.0.1:80@127.0.0.1"),
    "/applications?page=2",
    `${server.base}/../../applications`,
    7,
  ];
  for (const link of links) {
    const before = server.requests.length;
    server.interrupt = () => ({ status: 200, body: { value: [], "@odata.nextLink": link } });
    await assert.rejects(graph.list(list), fails("graph_misbehaved", /not below/), String(link));
    assert.equal(server.requests.length, before + 1);
  }
  assert.deepEqual(thief.requests, []);

  server.interrupt = () => ({ status: 200, body: { value: [], "@odata.nextLink": `${server.base}/applications` } });
  await assert.rejects(graph.list(list), fails("graph_misbehaved"), "a page that is its own next page");
});

test("A signal stops it between two calls and while waiting", async () => {
  const clock = new FakeClock();
  await using server = await new DocumentedGraph(clock).listen();
  const stop = new AbortController();
  const graph = new Graph(server.access(), { clock, signal: stop.signal });
  server.interrupt = () => {
    stop.abort();
    return { status: 503 };
  };
  await assert.rejects(graph.list(list), fails("interrupted"));
  await assert.rejects(graph.list(list), fails("interrupted"));
  assert.equal(server.requests.length, 1);
});

test("Retry-After is only seconds or a date", () => {
  const now = Date.parse("2026-11-26T09:00:00Z");
  assert.equal(retryAfterMs("30", now), 30_000);
  assert.equal(retryAfterMs(" 0 ", now), 0);
  assert.equal(retryAfterMs("Thu, 26 Nov 2026 09:01:00 GMT", now), 60_000);
  assert.equal(retryAfterMs("Thu, 26 Nov 2026 08:01:00 GMT", now), 0);
  for (const nonsense of ["soon", "", "99999999999999"]) assert.equal(retryAfterMs(nonsense, now), undefined, nonsense);
  assert.equal(retryAfterMs(null, now), undefined);
});
