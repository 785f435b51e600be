import type { ClientOptions, SignInOptions } from "../../packages/client/src/client.ts";
import type { Clock } from "../../packages/client/src/clock.ts";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { type Visit, visit } from "../../packages/client/test/fixtures/visit.ts";
import type { App } from "../../packages/tenant/src/directory/entities.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import {
  startTestTenant,
  type TestTenant,
  type TestTenantOptions,
} from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { Person } from "../fixtures/person.ts";
import { addApp, consentForAllUsers } from "../fixtures/registrations.ts";

export const password = "correct horse battery";

/** A tenant with a program that has registered `http://localhost`, and people with browsers. */
export interface BrowserEnv extends AsyncDisposable {
  tenant: TestTenant;
  app: App;
  scope: string;
  client(options?: Partial<ClientOptions>): ReturnType<typeof createClient>;
  /** A new user with a browser that is not signed in. */
  person(): Person;
}

export async function startBrowserEnv(options?: TestTenantOptions): Promise<BrowserEnv> {
  const tenant = await startTestTenant(options);
  const { context } = tenant;
  const app = { ...(await addApp(context, "Desk program")), redirectUris: ["http://localhost"] };
  await seed(context.store).putApp(app);
  const api = await context.store.directory.findApi(tenant.apis[0]!.clientId);
  if (!api) throw new Error("The built-in API is not there.");
  await consentForAllUsers(context, app, api);
  const scope = `api://${api.clientId}/ToDoList.Read`;
  /** The tenant's time, which does not pass while a test waits for the user. */
  const clock: Clock = { now: () => tenant.clock.now(), sleep: untilAborted };
  return {
    tenant,
    app,
    scope,
    client: (given = {}) =>
      createClient({
        ...{ authority: tenant.authority, clientId: app.clientId, scopes: [scope], ca: tenant.ca, clock },
        ...{ store: memoryStore(), present: false },
        ...given,
      }),
    person: () => new Person(tenant),
    [Symbol.asyncDispose]: () => tenant.close(),
  };
}

const untilAborted = (_ms: number, signal?: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/**
 * Sign-in options that use `person` as the browser, which performs `act` and follows the tenant's redirects; `ended` is
 * the page that the program shows at the end. An error on the way ends the sign-in.
 */
export function inBrowserOf(person: Person, act: (person: Person) => Promise<unknown>) {
  let ended: Promise<Visit> | undefined;
  const options: SignInOptions = {
    via: "browser",
    async openBrowser(url) {
      ended = browse(person, url, act);
      await ended;
    },
  };
  return { options, ended: () => ended ?? Promise.reject(new Error("no browser was opened")) };
}

export async function browse(
  person: Person,
  url: string,
  act: (person: Person) => Promise<unknown> = async () => undefined,
): Promise<Visit> {
  await act(await person.open(url));
  if (person.left === undefined) throw new Error(`“${person.heading}” leads nowhere.`);
  return await visit(person.left);
}

export const agree = (person: Person) => person.submit("/authorize/consent", { decision: "yes" });
export const decline = (person: Person) => person.submit("/authorize/consent", { decision: "no" });

export const signUpAndAgree = (email: string) => async (person: Person) => {
  await person.signUp(email, password, "Ada Lovelace");
  await agree(person);
};
