import { sql } from "kysely";
import type { Database } from "../engine/database.ts";
import { prefixesOf, startsWith } from "../engine/text-prefix.ts";
import type { ListedRegistration, RegistrationReader } from "../store.ts";

/** Counts apps and APIs, from the indexes of their keys. */
export function registrationCount(database: Database): RegistrationReader["count"] {
  return async () => {
    const many = await Promise.all(
      (["apps", "apis"] as const).map((table) =>
        database.db
          .selectFrom(table)
          .select((query) => query.fn.countAll<number>().as("many"))
          .executeTakeFirstOrThrow(),
      ),
    );
    return many.reduce((sum, { many }) => sum + Number(many), 0);
  };
}

/** Lists apps or APIs by name, which can be many. */
export function registrationPages(database: Database): RegistrationReader["page"] {
  const { db } = database;
  return async ({ kind, prefix, after, limit }): Promise<ListedRegistration[]> =>
    db
      .selectFrom(kind === "app" ? "apps" : "apis")
      .select(["clientId", "name", "createdAt", "disabledAt", sql<string>`lower(name)`.as("sortedAs")])
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(lower(name), client_id) > (${after?.sortedAs ?? ""}, ${after?.clientId ?? ""})`),
      )
      .$if(prefix !== "", (query) =>
        query.where((where) =>
          where.or([
            startsWith(database, sql`client_id`, prefix.toLowerCase()),
            ...prefixesOf(prefix).map((each) => startsWith(database, sql`lower(name)`, each)),
          ]),
        ),
      )
      .orderBy(sql`lower(name)`)
      .orderBy("clientId")
      .limit(limit)
      .execute();
}
