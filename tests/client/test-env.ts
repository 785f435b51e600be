import type { Client, ClientOptions, Presenter } from "../../packages/client/src/client.ts";
import type { Clock } from "../../packages/client/src/clock.ts";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { nodeTransport } from "../../packages/client/src/transport/node-transport.ts";
import type { HttpAnswer, HttpRequest, Transport } from "../../packages/client/src/transport/transport.ts";
import type { TestTenantOptions } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { startTenantForClients, type TenantForClients } from "../foreign-clients/tenant-for-clients.ts";

/** A tenant, and clients whose person approves at once. They share a clock that waiting moves, so nothing waits. */
export interface TestEnv extends TenantForClients {
  /** Answers the code that is shown. */
  approves: Presenter;
  denies: Presenter;
  clock: Clock;
  /** Every request of every client made by `client`, oldest first. */
  requests: HttpRequest[];
  client(options?: Partial<ClientOptions>): Client;
  transport(alter?: (request: HttpRequest, answer: HttpAnswer) => HttpAnswer | Promise<HttpAnswer>): Transport;
}

export async function startEnv(options?: TestTenantOptions): Promise<TestEnv> {
  const testEnv = await startTenantForClients(options);
  const { tenant, ada, clientId } = testEnv;
  const clock: Clock = {
    now: () => tenant.clock.now(),
    async sleep(ms, signal) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      tenant.clock.advance(ms);
    },
  };
  const requests: HttpRequest[] = [];
  const decides = (how: "approve" | "deny"): Presenter => ({
    async show(event) {
      if (event.event === "code") await ada[how](event.code.userCode);
    },
  });
  const transport: TestEnv["transport"] = (alter = (_request, answer) => answer) => {
    const network = nodeTransport({ ca: tenant.ca });
    return {
      async send(request) {
        requests.push(request);
        const answer = await network.send(request);
        // The tenant runs on the tests' clock, and node:http dates its answers by the machine's.
        const headers = { ...answer.headers, date: new Date(clock.now()).toUTCString() };
        return await alter(request, { ...answer, headers });
      },
    };
  };
  return {
    ...testEnv,
    clock,
    approves: decides("approve"),
    denies: decides("deny"),
    requests,
    transport,
    client: (given = {}) =>
      createClient({
        authority: tenant.authority,
        clientId,
        scopes: [testEnv.scopes.read],
        store: memoryStore(),
        transport: transport(),
        clock,
        present: decides("approve"),
        ...given,
      }),
  };
}

/** Requests of the token endpoint with that grant. */
export const grants = (requests: readonly HttpRequest[], grantType: string): HttpRequest[] =>
  requests.filter(({ body = "" }) => new URLSearchParams(body).get("grant_type") === grantType);
