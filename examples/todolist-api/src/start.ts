import { type Clock, createGuard } from "@doorcode/guard";
import { fastifyGuard } from "@doorcode/guard/fastify";
import Fastify, { type FastifyError } from "fastify";
import { todoRoutes } from "./routes.ts";
import { openTodoStore } from "./todo-store.ts";

export interface TodoListOptions {
  /** `iss` of the tokens: `https://localhost:8443/<tenant>/v2.0`. */
  issuer: string;
  /** The API's client ID. */
  audience: string;
  tenantId: string;
  /** The CA of an issuer on this machine, in PEM. */
  ca?: string;
  /** The port on 127.0.0.1. Default: 0, any free port. */
  port?: number;
  /** Path of the SQLite file. Default: in memory. */
  store?: string;
  clock?: Clock;
}

export interface RunningTodoList {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

/** Starts the to-do list API on loopback. It does not need its issuer until the first request. */
export async function startTodoListApi(options: TodoListOptions): Promise<RunningTodoList> {
  const { issuer, audience, tenantId, ca, clock, port = 0, store: file = ":memory:" } = options;
  const guard = createGuard({
    issuer,
    audience,
    tenantId,
    profile: "entra",
    ...(ca && { ca }),
    ...(clock && { clock }),
  });
  const app = Fastify({
    bodyLimit: 16_384,
    // Requests are checked as sent: "1" is not 1, and unknown fields are an error.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  app.removeContentTypeParser("text/plain");
  const store = openTodoStore(file);
  app.addHook("onClose", async () => store.close());

  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: "not_found", message: "Route not found." }),
  );
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return reply.code(status).send({ error: wordFor(status), message: error.message });
    }
    console.error(error);
    return reply.code(500).send({ error: "internal", message: "Internal error. Try again." });
  });

  await app.register(fastifyGuard, { guard });
  todoRoutes(app, store);
  try {
    await app.listen({ host: "127.0.0.1", port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = app.server.address();
  if (typeof address !== "object" || address === null) throw new Error("The API listens on no port.");
  return { url: `http://127.0.0.1:${address.port}`, close: () => app.close() };
}

function wordFor(status: number): string {
  if (status === 413) return "too_large";
  if (status === 415) return "unsupported_media_type";
  return "invalid_request";
}
