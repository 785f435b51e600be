// The seeded fuzz over every endpoint and page. As a script: `node tools/node24.mjs tests/bad-input/fuzz.ts --runs 100000 --seed 1`.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { hashSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { pagePaths } from "../../packages/tenant/test/interaction/page-paths.ts";
import { OwnBrowsers } from "./own-browsers.ts";
import { type OwnForm, ownForms, sentBy } from "./own-forms.ts";
import { type FuzzRequest, wildRequests } from "./wild-requests.ts";

/** Text that must never be in a response: a stack trace, a path, a message of the database. */
export const LEAKS =
  /\bat [\w.<>]+ \(|node_modules|\.ts:\d+|SQLITE_|SqliteError|PostgresError|relation "|TypeError|ReferenceError|FST_ERR/;

async function check(tenant: TestTenant, agents: Agents, request: FuzzRequest) {
  const { status, headers, body } = await send(tenant, agents, request);
  const summary = `${request.method} ${request.path} → ${status} ${body.slice(0, 300)}`;
  assert.ok(status >= 200 && status < 500, summary);
  assert.doesNotMatch(body, LEAKS, summary);
  assert.equal(headers["x-powered-by"], undefined);
  if (headers["content-type"]?.startsWith("application/json") && body !== "") JSON.parse(body);
  return { status, headers, summary };
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
      // The server may close a connection after refusing to read its body, but it must answer this request or the next.
      if ("code" in error && (error.code === "EPIPE" || error.code === "ECONNRESET"))
        resolve({ status: 400, headers: {}, body: "" });
      else reject(error);
    });
    request.end(method === "GET" || method === "HEAD" ? undefined : body);
  });
}

/** The responses to the forms of our own browsers, by page. */
type Answered = Map<string, Set<number>>;

async function checkOwn(
  tenant: TestTenant,
  agents: Agents,
  browsers: OwnBrowsers,
  answered: Answered,
  form: OwnForm,
): Promise<void> {
  const browser = await browsers.at(form.place);
  const { status, headers, summary } = await check(tenant, agents, sentBy(browser, form, tenant.pages));
  if (form.method === "POST") answered.set(form.path, (answered.get(form.path) ?? new Set()).add(status));
  const session = /_session[^=]*=([\w-]+)/.exec(headers["set-cookie"]?.join("; ") ?? "")?.[1];
  if (session === undefined) return;
  browsers.leave(form.place);
  if (!browser.closed) return;
  const found = await tenant.context.store.sessions.find(hashSecret(session), tenant.clock.now());
  assert.equal(found?.userId ?? null, null, `signed in from ${form.place}: ${summary}`);
}

/**
 * Half are wild requests, half are forms of browsers in the middle of an interaction. Throws with the smallest request
 * that made the tenant fail, and its seed.
 */
export async function fuzz({ runs, seed }: { runs: number; seed: number }): Promise<Answered> {
  const tenant = await startTestTenant();
  const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
  const pages = await pagePaths(tenant.context);
  const paths = [...new Set([...pages.get, ...pages.post])].filter((path) => !path.includes("*"));
  const browsers = new OwnBrowsers(tenant);
  const answered: Answered = new Map(pages.post.map((path) => [path, new Set()]));
  const anything = fc.oneof(
    wildRequests(tenant, paths).map((wild) => ({ wild })),
    ownForms(tenant, { get: pages.get.filter((path) => paths.includes(path)), post: pages.post }).map((own) => ({
      own,
    })),
  );
  try {
    await fc.assert(
      fc.asyncProperty(anything, async (one) => {
        if ("own" in one) await checkOwn(tenant, agents, browsers, answered, one.own);
        else await check(tenant, agents, one.wild);
      }),
      { numRuns: runs, seed },
    );
    const healthy = await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`);
    assert.equal(healthy.status, 200);
    return answered;
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
  console.log(`${runs} requests, seed ${flags.seed}: no 5xx, no crash, nothing leaked, no one let in`);
}
