// The seeded fuzz over every endpoint and page. As a script: `node tools/node24.mjs tests/bad-input/fuzz.ts --runs 100000 --seed 1`.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";

interface FuzzRequest {
  origin: "issuer" | "pages";
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

const ENDPOINTS = [
  "oauth2/v2.0/devicecode",
  "oauth2/v2.0/token",
  "oauth2/v2.0/revoke",
  "oauth2/v2.0/logout",
  "oauth2/v2.0/authorize",
  "openid/userinfo",
  "discovery/v2.0/keys",
  "v2.0/.well-known/openid-configuration",
];
const PAGES = [
  "/",
  "/device",
  "/device/continue",
  "/sign-in",
  "/sign-in/code",
  "/sign-in/code/send",
  "/sign-in/code/resend",
  "/reset",
  "/reset/code",
  "/reset/resend",
  "/reset/password",
  "/sign-up",
  "/sign-up/code",
  "/sign-up/resend",
  "/sign-up/password",
  "/sign-up/details",
  "/confirm",
  "/confirm/take-over",
  "/done",
  "/sign-in/passkey",
  "/me",
  "/me/sign-in-again",
  "/me/passkeys",
  "/me/passkeys/new",
  "/me/passkeys/add",
  "/me/passkeys/rename",
  "/me/passkeys/remove",
  "/not-me",
  "/sign-out",
  "/inbox",
  "/inbox/messages",
  "/healthz",
];
const PARAMETERS = [
  "client_id",
  "client_secret",
  "scope",
  "grant_type",
  "device_code",
  "refresh_token",
  "token",
  "token_type_hint",
  "device_name",
  "device_platform",
  "claims",
  "client_info",
  "user_code",
  "flow",
  "csrf",
  "email",
  "password",
  "code",
  "display_name",
  "keep",
  "changed",
  "resent",
  "attribute.0",
  "attribute.1.0",
  "terms",
  "decision",
  "answer",
  "passkey",
  "name",
  "id",
  "post_logout_redirect_uri",
  "id_token_hint",
  "logout_hint",
  "ui_locales",
  "shown",
  "state",
  "__proto__",
  "constructor",
];

/** Values that once broke some parser: empty, huge, control characters, injections, other encodings, half a surrogate. */
function values(tenant: TestTenant): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "\0",
      "\r\nSet-Cookie: a=b",
      "<script>alert(1)</script>",
      "' OR 1=1 --",
      "{}",
      "[]",
      "null",
      "NaN",
      "-1",
      "9".repeat(400),
      "../../etc/passwd",
      "%00",
      "%E0%A4%A",
      "\u202Egnp.exe",
      "a".repeat(5_000),
      "javascript:alert(1)",
      "urn:ietf:params:oauth:grant-type:device_code",
      "device_code",
      "refresh_token",
      "password",
      "client_credentials",
      "openid",
      "openid profile offline_access",
      ".default",
      "api://x/.default",
      "yes",
      "no",
      "continue",
      tenant.apps[0]!.clientId,
      tenant.apis[0]!.clientId,
      `api://${tenant.apis[0]!.clientId}/ToDoList.Read openid`,
    ),
    fc.string({ maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.base64String({ maxLength: 80 }),
    fc.uuid(),
  );
}

function requests(tenant: TestTenant): fc.Arbitrary<FuzzRequest> {
  const value = values(tenant);
  const field = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARAMETERS) }, { weight: 1, arbitrary: fc.string() }),
    value,
  );
  const form = fc
    .array(field, { maxLength: 8 })
    .map((fields) => fields.map(([name, text]) => `${encodeLoosely(name)}=${encodeLoosely(text)}`).join("&"));
  const tenantName = fc.oneof(
    { weight: 6, arbitrary: fc.constant(tenant.tenantId) },
    { weight: 2, arbitrary: fc.constantFrom("common", "doorcode.localhost", "organizations", "..", "%2e%2e", "%ff") },
    { weight: 1, arbitrary: fc.uuid() },
  );
  const path = fc.oneof(
    fc.tuple(tenantName, fc.constantFrom(...ENDPOINTS)).map(([name, endpoint]) => `/${name}/${endpoint}`),
    fc.constantFrom(...PAGES, "/common/oauth2/deviceauth", "/common/discovery/instance"),
    fc.webPath({ size: "small" }).map((any) => `/${any}`),
  );
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: form.map((text) => `?${text.slice(0, 500)}`) },
  );
  const headers = fc.record(
    {
      "content-type": fc.constantFrom(
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "",
        "nonsense",
      ),
      authorization: fc.constantFrom(
        "Basic",
        "Basic !!!",
        "Basic eDp5",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Digest x",
        "Basic JTp5",
      ),
      cookie: fc.constantFrom("a=b", "doorcode_session=x", ";;;===", `doorcode_session_1=${"x".repeat(300)}`),
      origin: fc.constantFrom("null", "https://evil.example", tenant.pages),
      "sec-fetch-site": fc.constantFrom("same-origin", "cross-site", "none"),
      "client-request-id": fc.constantFrom("x", "9d3c8a55-1111-4222-8333-444455556666"),
      "accept-language": fc.constantFrom("*", "de", "xx-XX;q=9"),
      "x-forwarded-for": fc.constantFrom("1.2.3.4", "::1", "garbage"),
    },
    { requiredKeys: [] },
  );
  return fc.record({
    origin: fc.constantFrom("issuer", "pages"),
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constant("POST") },
      { weight: 3, arbitrary: fc.constantFrom("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS") },
    ),
    path: fc.tuple(path, query).map(([one, two]) => one + two),
    headers: headers as fc.Arbitrary<Record<string, string>>,
    body: fc.oneof(
      { weight: 6, arbitrary: form },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      { weight: 1, arbitrary: fc.constant("x=".padEnd(40_000, "y")) },
    ),
  });
}

function encodeLoosely(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}

/** What may never be in an answer: a stack, a path, a database's own words. */
const LEAKS =
  /\bat [\w.<>]+ \(|node_modules|\.ts:\d+|SQLITE_|SqliteError|PostgresError|relation "|TypeError|ReferenceError|FST_ERR/;

async function check(tenant: TestTenant, agents: Agents, request: FuzzRequest): Promise<void> {
  const { status, headers, body } = await send(tenant, agents, request);
  const told = `${request.method} ${request.path} → ${status} ${body.slice(0, 300)}`;
  assert.ok(status >= 200 && status < 500, told);
  assert.doesNotMatch(body, LEAKS, told);
  assert.equal(headers["x-powered-by"], undefined);
  if (headers["content-type"]?.startsWith("application/json") && body !== "") JSON.parse(body);
}

interface Agents {
  http: http.Agent;
  https: https.Agent;
}

function send(tenant: TestTenant, agents: Agents, { origin, method, path, headers, body }: FuzzRequest) {
  const base = new URL(origin === "issuer" ? tenant.issuer : tenant.pages);
  const options = {
    method,
    host: "localhost",
    port: base.port,
    path: path.replace(/[^\x21-\x7e]/g, "%EF%BF%BD"),
    headers,
  };
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const request =
      origin === "issuer"
        ? https.request({ ...options, agent: agents.https, ca: tenant.ca, servername: "localhost" })
        : http.request({ ...options, agent: agents.http });
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
      response.on("error", reject);
    });
    request.on("error", (error) => {
      // The server may close a connection whose body it refused to read; it has to have answered, or still answer the next.
      if ("code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET"))
        resolve({ status: 400, headers: {}, body: "" });
      else reject(error);
    });
    request.end(method === "GET" || method === "HEAD" ? undefined : body);
  });
}

/** Sends `runs` requests; throws with the smallest one that made the tenant fail, and its seed. */
export async function fuzz({ runs, seed }: { runs: number; seed: number }): Promise<void> {
  const tenant = await startTestTenant();
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  try {
    await fc.assert(
      fc.asyncProperty(requests(tenant), (request) => check(tenant, agents, request)),
      { numRuns: runs, seed },
    );
    const healthy = await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`);
    assert.equal(healthy.status, 200);
  } finally {
    agents.http.destroy();
    agents.https.destroy();
    await tenant.close();
  }
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { runs: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
  });
  const runs = Number(flags.runs);
  await fuzz({ runs, seed: Number(flags.seed) });
  console.log(`${runs} requests, seed ${flags.seed}: no 5xx, no crash, nothing leaked`);
}
