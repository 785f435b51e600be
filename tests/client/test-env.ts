import type { Client, ClientOptions, Presenter } from "../../packages/client/src/client.ts";
import type { Clock } from "../../packages/client/src/clock.ts";
import { createClient } from "../../packages/client/src/create-client.ts";
import { memoryStore } from "../../packages/client/src/token-store/memory-store.ts";
import { nodeTransport } from "../../packages/client/src/transport/node-transport.ts";
import type { HttpAnswer, HttpRequest, Transport } from "../../packages/client/src/transport/transport.ts";
import type { TestTenantOptions } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { startTenantForClients, type TenantForClients } from "../foreign-clients/tenant-for-clients.ts";

/**
 * A tenant, and clients with a user who approves immediately. They share a clock that advances on waits, so no test
 * sleeps.
 */
export interface TestEnv extends TenantForClients {
  /** Responds to the code that is shown. */
  approves: Presenter;
  denies: Presenter;
  clock: Clock;
  /** Every request of every client made by `client`, oldest first. */
  requests: HttpRequest[];
  client(options?: Partial<ClientOptions>): Client;
  /** Resolves when the tenant holds so many polls. */
  held(count: number): Promise<void>;
  /** Time passes while a poll is held, because no user decides. */
  undecided(): Transport;
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
        // The tenant uses the tests' clock, but node:http dates its responses with the machine's clock.
        const headers = { ...answer.headers, date: new Date(clock.now()).toUTCString() };
        return await alter(request, { ...answer, headers });
      },
    };
  };
  const held = async (count: number) => {
    while (tenant.context.heldPolls.size !== count) await new Promise(setImmediate);
  };
  return {
    ...testEnv,
    clock,
    held,
    undecided() {
      const network = transport();
      return {
        async send(request) {
          const sent = network.send(request);
          const wait = /wait=(\d+)/.exec(request.headers?.prefer ?? "");
          if (wait) await held(1).then(() => tenant.clock.advance(Number(wait[1]) * 1_000));
          return sent;
        },
      };
    },
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

/** Requests to the token endpoint with that grant. */
export const grants = (requests: readonly HttpRequest[], grantType: string): HttpRequest[] =>
  requests.filter(({ body = "" }) => new URLSearchParams(body).get("grant_type") === grantType);
