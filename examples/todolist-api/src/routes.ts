import type { AccessToken, Requirements } from "@doorcode/guard";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { TodoStore } from "./todo-store.ts";

/** Scopes for writing allow reading too: a client requests one scope, not both. */
const READ: Requirements = {
  scopes: ["ToDoList.Read", "ToDoList.ReadWrite"],
  roles: ["ToDoList.Read.All", "ToDoList.ReadWrite.All"],
};
const WRITE: Requirements = { scopes: ["ToDoList.ReadWrite"], roles: ["ToDoList.ReadWrite.All"] };

const text = {
  type: "string",
  minLength: 1,
  maxLength: 1_000,
  pattern: "\\S",
  // SQLite ends text at U+0000, and half a surrogate pair is not valid text.
  not: { pattern: "[\\u0000\\ud800-\\udfff]" },
};
const owner = { type: "string", minLength: 1, maxLength: 64 };
const id = { type: "string", pattern: "^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$" };
const strictObject = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const params = strictObject({ id }, ["id"]);

interface Owned {
  owner?: string;
}
interface WithId {
  id: string;
}

export function todoRoutes(app: FastifyInstance, store: TodoStore): void {
  app.get<{ Querystring: Owned }>(
    "/api/todolist",
    { config: { guard: READ }, schema: { querystring: strictObject({ owner }) } },
    async (request, reply) => {
      const { accessToken, query } = request;
      if (namesAnotherUser(accessToken, query.owner)) return notYours(reply);
      return store.list(query.owner ?? ownerOf(accessToken));
    },
  );

  app.post<{ Body: Owned & { description: string } }>(
    "/api/todolist",
    { config: { guard: WRITE }, schema: { body: strictObject({ description: text, owner }, ["description"]) } },
    async (request, reply) => {
      const { accessToken, body } = request;
      if (namesAnotherUser(accessToken, body.owner)) return notYours(reply);
      const forWhom = body.owner ?? ownerOf(accessToken);
      if (forWhom === null) {
        return reply
          .code(400)
          .send({ error: "owner_missing", message: "An app that acts on its own must name the owner." });
      }
      const todo = store.add(forWhom, body.description);
      return reply.code(201).header("location", `/api/todolist/${todo.id}`).send(todo);
    },
  );

  app.get<{ Params: WithId }>(
    "/api/todolist/:id",
    { config: { guard: READ }, schema: { params } },
    async (request, reply) => store.find(request.params.id, ownerOf(request.accessToken)) ?? notFound(reply),
  );

  // A PUT may send back what a GET returned, so id and owner are allowed, and must be unchanged.
  app.put<{ Params: WithId; Body: Partial<WithId> & Owned & { description: string } }>(
    "/api/todolist/:id",
    {
      config: { guard: WRITE },
      schema: { params, body: strictObject({ description: text, id, owner }, ["description"]) },
    },
    async (request, reply) => {
      const { accessToken, params, body } = request;
      const found = store.find(params.id, ownerOf(accessToken));
      if (!found) return notFound(reply);
      if ((body.id ?? found.id) !== found.id || (body.owner ?? found.owner) !== found.owner) {
        return reply.code(400).send({ error: "fixed", message: "The id and the owner of a to-do cannot change." });
      }
      return store.change(params.id, ownerOf(accessToken), body.description) ?? notFound(reply);
    },
  );

  app.delete<{ Params: WithId }>(
    "/api/todolist/:id",
    { config: { guard: WRITE }, schema: { params } },
    async (request, reply) =>
      store.remove(request.params.id, ownerOf(request.accessToken)) ? reply.code(204).send() : notFound(reply),
  );
}

/** The user whose to-dos the token reaches. Null, for an app that acts on its own: all users. */
function ownerOf(token: AccessToken): string | null {
  if (token.appOnly) return null;
  if (token.oid === undefined) throw new TypeError("The guard accepted a user's token without oid.");
  return token.oid;
}

function namesAnotherUser(token: AccessToken, named: string | undefined): boolean {
  return named !== undefined && !token.appOnly && named !== token.oid;
}

function notYours(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({ error: "not_yours", message: "You can use your own to-dos only." });
}

/** Another user's to-do gets the same response as one that does not exist. */
function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: "not_found", message: "To-do not found." });
}
