// A user's program: compiled against the published types, never run. The expected errors occur, so no type has silently
// become `any`.
import { PublicClientApplication } from "@azure/msal-node";
import { type Client, createClient, DoorcodeError, memoryStore, type Presenter, type Session } from "@doorcode/client";
import { cachePlugin, type NetworkClientOptions, networkClient } from "@doorcode/client/msal";
import { plainPresenter } from "@doorcode/client/presenters";
import { defaultStoreDirectory, readStoreFast } from "@doorcode/client/read-store";
import { type AccessToken, createGuard, GuardError } from "@doorcode/guard";
import { fastifyGuard } from "@doorcode/guard/fastify";
import { type RunningTenant, startTenant } from "@doorcode/tenant";
import { operate } from "@doorcode/tenant/operator";
import Fastify from "fastify";

export async function signIn(): Promise<string> {
  const present: Presenter = plainPresenter({ stream: process.stderr, env: process.env });
  const client: Client = createClient({
    authority: "https://contoso.ciamlogin.com/",
    clientId: "00000000-0000-4000-8000-000000000000",
    apis: [{ origin: "https://todo.example", scopes: ["ToDoList.Read"] }],
    store: memoryStore(),
    present,
  });
  // @ts-expect-error: an authority is needed.
  createClient({ clientId: "x" });
  try {
    const session: Session = await client.signIn({ timeoutMs: 60_000 });
    // @ts-expect-error: an account is not a string.
    const account: string = session.account;
    return `${account} ${(await session.fetch("https://todo.example/")).status}`;
  } catch (error) {
    if (error instanceof DoorcodeError && error.code === "denied") return error.hint;
    // @ts-expect-error: there is no such code.
    if (error instanceof DoorcodeError && error.code === "no_such_code") return error.hint;
    throw error;
  }
}

export async function ownMsal(options: NetworkClientOptions): Promise<PublicClientApplication> {
  // @ts-expect-error: certificates are text.
  networkClient({ ca: 1 });
  const auth = { clientId: "x", authority: "https://contoso.ciamlogin.com/" };
  return new PublicClientApplication({
    auth,
    system: { networkClient: networkClient(options) },
    cache: { cachePlugin: await cachePlugin(auth) },
  });
}

export function kept(): string[] {
  const read = readStoreFast(defaultStoreDirectory(process.env), process.env);
  // @ts-expect-error: it may be a problem instead.
  const all = Object.keys(read.records);
  return "records" in read ? all : [read.problem];
}

export async function api(): Promise<AccessToken | undefined> {
  const guard = createGuard({ issuer: "https://login.example/v2.0", audience: "x", tenantId: "y", profile: "entra" });
  // @ts-expect-error: there is no such profile.
  createGuard({ issuer: "https://login.example/v2.0", audience: "x", profile: "none" });
  const app = Fastify();
  await app.register(fastifyGuard, { guard });
  app.get("/", { config: { guard: { scopes: ["ToDoList.Read"] } } }, async (request) => request.accessToken.scopes);
  // @ts-expect-error: scopes are a list.
  app.get("/x", { config: { guard: { scopes: 1 } } }, async () => "");
  return guard.verify("token").catch((error: unknown) => {
    if (error instanceof GuardError && error.status === 401) return undefined;
    throw error;
  });
}

export async function tenant(): Promise<number> {
  const running: RunningTenant = await startTenant({ store: { sqlite: ":memory:" }, dataDir: "tenant", port: 0 });
  // @ts-expect-error: it needs a place for its data.
  await startTenant({ store: { sqlite: ":memory:" } });
  await running.close();
  return (await operate({ data: "tenant", store: { sqlite: "tenant/tenant.db" } }, { do: "list_users" })).length;
}
