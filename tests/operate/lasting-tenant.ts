import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Client, createClient, memoryStore } from "@doorcode/client";
import { pino } from "pino";
import {
  type StartedTenant,
  type StartOptions,
  startWithContext,
} from "../../packages/tenant/src/server/start-tenant.ts";
import { freePort } from "../fixtures/free-port.ts";

/** A tenant at one address, which can be lost and come back, and programs that are signed in to it. */
export interface LastingTenant {
  data: string;
  start(store: StartOptions["store"], options?: Partial<StartOptions>): Promise<StartedTenant>;
  /** A program that Ada has just signed in to. */
  program(tenant: StartedTenant): Promise<Program>;
}

export interface Program {
  /** Replaces its refresh token, at this tenant. Throws if it has to sign in again. */
  renew(tenant: StartedTenant): Promise<void>;
}

export async function lastingTenant(t: TestContext, folder: string): Promise<LastingTenant> {
  const data = join(folder, "tenant");
  const [port, pagesPort] = [await freePort(), await freePort()];
  return {
    data,
    async start(store, options = {}) {
      const mailer = { send: async () => undefined, close: async () => undefined };
      const tenant = await startWithContext({
        store,
        dataDir: data,
        port,
        pagesPort,
        log: pino({ level: "silent" }),
        ...("postgres" in store && { mailer }),
        ...options,
      });
      t.after(() => tenant.close());
      return tenant;
    },
    async program(tenant) {
      if ((await tenant.admin.people.find("ada@contoso.example")) === undefined) {
        await tenant.admin.people.add({ email: "ada@contoso.example" });
      }
      const store = memoryStore();
      const clientAt = ({ authority, apps, apis, ca, approve }: StartedTenant): Client =>
        createClient({
          authority,
          clientId: apps[0]?.clientId ?? "",
          scopes: [`api://${apis[0]?.clientId}/${apis[0]?.scopes[0]}`],
          store,
          ca,
          engine: "entra",
          present: {
            show: async (event) => {
              if (event.event === "code") await approve(event.code.userCode, { as: "ada@contoso.example" });
            },
          },
        });
      await clientAt(tenant).signIn();
      return {
        async renew(at) {
          const session = await clientAt(at).session("ada@contoso.example");
          await session?.getToken({ forceRefresh: true });
          if (session === undefined) throw new Error("the program is not signed in");
        },
      };
    },
  };
}
