// Programs and people that use the tenant while it is broken: sign-ins, approvals, renewals and revocations, with the client
// of this project, and polls of codes that no one enters.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  type Client,
  createClient,
  DoorcodeError,
  type HttpAnswer,
  type HttpRequest,
} from "../../packages/client/src/index.ts";
import { nodeTransport } from "../../packages/client/src/transport/node-transport.ts";
import { hashSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { Person } from "../fixtures/person.ts";
import type { Answers } from "./answers.ts";
import type { Promises } from "./promises.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** So many programs renew at the same time as others sign in. */
const PROGRAMS = 6;
/** Codes that are polled and never approved. One poll of each in five seconds. */
const WAITING = 10;

export interface Site {
  origin: string;
  authority: string;
  clientId: string;
  scope: string;
  ca: string;
  user: { email: string; password: string };
}

interface Run {
  site: Site;
  answers: Answers;
  promises: Promises;
  stopped: AbortSignal;
}

/** Runs until `stopped`. Errors that a program gets are in `errors`, by their code. */
export async function traffic(run: Run, errors: Map<string, number>): Promise<void> {
  const programs = Array.from({ length: PROGRAMS }, (_, index) => program(run, index, errors));
  const waiting = Array.from({ length: WAITING }, (_, index) => waitingCode(run, index));
  await Promise.all([...programs, ...waiting]);
}

/** A program on a device: signs in, renews, signs out everywhere, and begins again. */
async function program(run: Run, index: number, errors: Map<string, number>): Promise<void> {
  const { site, promises, stopped } = run;
  const directory = await mkdtemp(join(tmpdir(), "ha-client-"));
  const { authority, clientId, scope } = site;
  const transport = { send: (request: HttpRequest) => observed(run, transports, request) };
  const transports = nodeTransport({ ca: site.ca });
  const client = createClient({
    authority,
    clientId,
    scopes: [scope],
    store: { directory },
    present: false,
    transport,
  });
  const person = new Someone(run);
  await wait(index * 300);
  for (let round = index; !stopped.aborted; round++) {
    await signIn(client, person, run, errors);
    // A sign-in that had to begin again: its user enters another code.
    if (!(await client.session())) continue;
    for (let renewals = 3 + (round % 6); renewals > 0 && !stopped.aborted; renewals--) {
      await wait(250);
      await going(errors, stopped, async () => {
        await client.getToken({ forceRefresh: true });
      }).catch((error: unknown) => promises.signedOut.push(`a renewal ended with ${described(error)}`));
    }
    if (round % 2 === 0) await client.signOut({ everywhere: true });
  }
}

async function signIn(client: Client, person: Someone, run: Run, errors: Map<string, number>): Promise<void> {
  const { promises, stopped } = run;
  if (await client.session()) return;
  let approval: Promise<unknown> | undefined;
  const off = client.on((event) => {
    if (event.event === "code") approval ??= person.approve(event.code.userCode);
  });
  try {
    await going(errors, stopped, async () => {
      await client.signIn({ signal: stopped }).catch((error: unknown) => {
        // Before the code is shown, the program tries again on its own. Afterwards a user would have to enter another.
        if (approval === undefined || stopped.aborted) throw error;
        throw new Error(`a sign-in that was in progress ended with ${described(error)}`, { cause: error });
      });
    });
  } catch (error) {
    if (!stopped.aborted) promises.begunAgain.push((error as Error).message);
  } finally {
    off();
    await approval;
  }
}

/** Repeats what failed temporarily, as a program does that runs for years. */
async function going(errors: Map<string, number>, stopped: AbortSignal, action: () => Promise<void>): Promise<void> {
  while (!stopped.aborted) {
    try {
      return await action();
    } catch (error) {
      const code = error instanceof DoorcodeError ? error.code : "";
      if (code !== "issuer_unreachable") throw error;
      errors.set(code, (errors.get(code) ?? 0) + 1);
      await wait(500);
    }
  }
}

const described = (error: unknown) =>
  error instanceof DoorcodeError ? `${error.code}: ${error.message}` : ((error as Error).stack ?? String(error));

/** Sends as the client does, and notes what was answered and so promised. */
async function observed(
  { answers, promises }: Run,
  transport: { send(request: HttpRequest): Promise<HttpAnswer> },
  request: HttpRequest,
): Promise<HttpAnswer> {
  const form = new URLSearchParams(request.body ?? "");
  const presented = form.get("refresh_token") ?? undefined;
  const isRevocation = request.url.endsWith("/revoke");
  const isPoll = form.has("device_code");
  const counts = isRevocation || isPoll || presented !== undefined;
  let answer: HttpAnswer;
  try {
    answer = await transport.send(request);
  } catch (error) {
    if (counts) answers.unanswered();
    throw error;
  }
  if (!counts) return answer;
  if (answer.status >= 500 || answer.status === 429) answers.unanswered();
  else answers.answered(isRevocation ? "revocation" : isPoll ? "poll" : "renewal");
  if (answer.status !== 200) return answer;
  if (isRevocation) promises.revoked.set(hashSecret(form.get("token")!), Date.now());
  else promises.received(JSON.parse(answer.body).refresh_token, presented);
  return answer;
}

/** A user with a browser, who tries again when a page fails. */
class Someone {
  readonly #run: Run;
  readonly #browser: Person;

  constructor(run: Run) {
    const { origin, ca } = run.site;
    const { fetch: trusting } = fetchTrusting(ca);
    this.#run = run;
    this.#browser = new Person({
      pages: origin,
      issuer: origin,
      mailsTo: async () => [],
      fetch: (input, init) => trusting(input, { ...init, signal: AbortSignal.timeout(20_000) }),
    });
  }

  async approve(code: string): Promise<void> {
    const { answers, promises, stopped } = this.#run;
    let decided = false;
    while (!stopped.aborted) {
      try {
        decided = await this.#approveOnce(code, () => {
          decided = true;
        });
        if (!decided) continue;
        answers.answered("approval");
        promises.approved.set(code.replace("-", ""), Date.now());
        return;
      } catch (error) {
        answers.unanswered();
        // The decision was made, and only its answer was lost: nothing was promised.
        if (decided && this.#browser.heading === "This code was already used") return;
        if (!(error instanceof PageFailed || error instanceof TypeError || isNetworkError(error))) throw error;
        await wait(500);
      }
    }
  }

  /** One page after the other, whatever it asks for. */
  async #approveOnce(code: string, deciding: () => void): Promise<boolean> {
    const browser = this.#browser;
    const { email, password } = this.#run.site.user;
    await browser.open("/device");
    await this.#submit("/device", { user_code: code });
    for (let pages = 0; pages < 6; pages++) {
      const actions = browser.forms().map(({ action }) => action);
      if (browser.heading.endsWith(" is signed in")) return true;
      if (actions.includes("/sign-in")) await this.#submit("/sign-in", { email, password });
      else if (actions.includes("/confirm")) {
        deciding();
        await this.#submit("/confirm", { decision: "yes" });
      } else if (actions.includes("/device/continue")) await this.#submit("/device/continue", { answer: "continue" });
      else break;
    }
    throw new PageFailed(`${browser.status} ${browser.heading} at ${browser.path}`);
  }

  async #submit(action: string, fields: Record<string, string>): Promise<void> {
    const browser = this.#browser;
    if (!browser.forms().some((form) => form.action === action)) throw new PageFailed(`no form at ${browser.path}`);
    await browser.submit(action, fields);
    if (browser.status >= 500) throw new PageFailed(`${browser.status} at ${browser.path}`);
  }
}

class PageFailed extends Error {}

const isNetworkError = (error: unknown) =>
  error instanceof Error && ("code" in error || error.name === "TimeoutError" || error.name === "AbortError");

/** A code that is polled at its interval, so that the time without an answer to a poll can be measured. */
async function waitingCode({ site, answers, stopped }: Run, index: number): Promise<void> {
  const { fetch: trusting, close } = fetchTrusting(site.ca);
  const post = async (endpoint: string, form: Record<string, string>) => {
    const url = `${site.authority}/oauth2/v2.0/${endpoint}`;
    const signal = AbortSignal.timeout(15_000);
    const response = await trusting(url, { method: "POST", body: new URLSearchParams(form), signal });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  await wait(index * 500);
  let code: string | undefined;
  while (!stopped.aborted) {
    try {
      if (code === undefined) {
        const { status, body } = await post("devicecode", { client_id: site.clientId, scope: `${site.scope} openid` });
        if (status === 200) code = body.device_code;
      } else {
        const { status, body } = await post("token", {
          grant_type: DEVICE_GRANT,
          client_id: site.clientId,
          device_code: code,
        });
        if (status >= 500) answers.unanswered();
        else answers.answered("poll");
        if (status < 500 && !["authorization_pending", "slow_down"].includes(body.error ?? "")) code = undefined;
      }
    } catch {
      answers.unanswered();
    }
    await wait(5_000, undefined, { signal: stopped }).catch(() => undefined);
  }
  close();
}
