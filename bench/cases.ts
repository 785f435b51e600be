import { FORM, type FormClient } from "./form-client.ts";
import type { Load } from "./load/load.ts";
import type { ServerProcess } from "./server-process.ts";

/** Codes polled in turn. Each is polled far more often than every five seconds, and each poll reads a different row. */
const CODES = 2_000;

type Work = Pick<Load, "forms" | "order" | "prefix" | "contentType"> & { path: string };

export interface Case {
  name: string;
  /** Creates the requests for each measurement. Undefined if a server does not support the case. */
  work(server: ServerProcess, client: FormClient, connections: number): Promise<Work | undefined>;
  /** The expected status of each response. Any other response discards the measurement with an error. */
  answered: "refused" | "served";
  /** What a response must contain to prove that the server does the work. */
  error?: string;
}

/** Bare scopes, which mean the same for all servers. */
const SCOPE = "openid profile offline_access";

const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString();

export const poll: Case = {
  name: "pending poll",
  answered: "refused",
  error: "authorization_pending",
  async work(server, client, connections) {
    const codes = server.fixed ? ["none"] : await deviceCodes(server, client, connections);
    const formOf = (code: string) => ({
      ...{ grant_type: server.deviceGrant, client_id: server.clientId },
      device_code: code,
    });
    const contentType = server.json ? "application/json" : FORM;
    const forms = codes.map((code) => (server.json ? JSON.stringify(formOf(code)) : encoded(formOf(code))));
    // A code is polled up to 180 times, so the first poll of each is not what is measured.
    if (!server.fixed) {
      await inTurn(forms, connections, async (form) => void (await client.send(server.tokenPath, form, contentType)));
    }
    return { path: server.tokenPath, forms, contentType, order: "repeat", prefix: "" };
  },
};

export const devicecode: Case = {
  name: "devicecode",
  answered: "served",
  async work(server) {
    const form = encoded({ client_id: server.clientId, scope: SCOPE });
    return { path: server.devicecodePath, forms: [form], contentType: FORM, order: "repeat", prefix: "" };
  },
};

export const refresh = renewal("refresh (two RS256)", { signed: true });
/** Everything else that it costs. */
export const refreshUnsigned = renewal("refresh without signatures", { signed: false });

function renewal(name: string, { signed }: { signed: boolean }): Case {
  return {
    name,
    answered: "served",
    async work(server, _client, connections) {
      if (!signed && !server.unsigned) return undefined;
      if (server.unsigned) await server.sign(signed);
      const prefix = `${encoded({ grant_type: "refresh_token", client_id: server.clientId })}&refresh_token=`;
      const tokens = await server.refreshTokens(connections * 2);
      if (tokens.length === 0) return undefined;
      const forms = tokens.map((token) => prefix + token);
      return { path: server.tokenPath, forms, contentType: FORM, order: "chain", prefix };
    },
  };
}

/** The floor: answers every form with the same 400. */
export const BARE = "bare node:http";
/** The reference among servers for Node.js. */
export const PEER = "oidc-provider, memory";

/** Codes from earlier rounds, while they are valid for long enough. */
const created = new WeakMap<ServerProcess, { at: number; codes: string[] }>();
const REUSED_MS = 5 * 60_000;

async function deviceCodes(server: ServerProcess, client: FormClient, connections: number): Promise<string[]> {
  const earlier = created.get(server);
  if (earlier && performance.now() - earlier.at < REUSED_MS) return earlier.codes;
  const at = performance.now();
  const codes: string[] = [];
  await inTurn(Array.from({ length: CODES }), connections, async () => {
    const { status, body } = await client.post(server.devicecodePath, { client_id: server.clientId, scope: SCOPE });
    if (status !== 200) throw new Error(`${server.name}: devicecode answered ${status} ${JSON.stringify(body)}`);
    codes.push(String(body.device_code));
  });
  created.set(server, { at, codes });
  return codes;
}

export async function inTurn<Item>(items: Item[], atOnce: number, each: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await each(item);
    }),
  );
}
