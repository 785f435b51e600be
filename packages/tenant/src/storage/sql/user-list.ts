import { type Selectable, sql } from "kysely";
import type { User } from "../../directory/entities.ts";
import type { Database } from "../engine/database.ts";
import { prefixesOf, startsWith } from "../engine/text-prefix.ts";
import type { Tables } from "../migrations/tables.ts";
import type { UserReader } from "../store.ts";

/** Lists and searches of users, which can be many. */
export function userReader(database: Database): UserReader {
  const { db } = database;
  return {
    async page(after, limit) {
      const rows = await db
        .selectFrom("users")
        .where("id", ">", after)
        .selectAll()
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toUser);
    },

    async search({ text, after, limit }) {
      const like = (value: string) => `%${value.replace(/[\\%_]/g, "\\$&")}%`;
      const rows = await db
        .selectFrom("users")
        .where("emailNormalized", ">", after)
        .$if(text !== "", (query) =>
          query.where(
            sql<boolean>`(email_normalized like ${like(text.toLowerCase())} escape '\\'
              or display_name like ${like(text)} escape '\\'
              or lower(display_name) like ${like(text.toLowerCase())} escape '\\')`,
          ),
        )
        .selectAll()
        .orderBy("emailNormalized")
        .limit(limit)
        .execute();
      return rows.map(toUser);
    },

    async list({ prefix, only, after, limit }) {
      const rows = await db
        .selectFrom("users")
        .where("emailNormalized", ">", after)
        // As in the indexes, which have only these.
        .$if(only === "administrators", (query) => query.where(sql<boolean>`administrator = 1`))
        .$if(only === "disabled", (query) => query.where("disabledAt", "is not", null))
        .$if(prefix !== "", (query) =>
          query.where((where) =>
            where.or([
              startsWith(database, sql`email_normalized`, prefix.toLowerCase()),
              ...prefixesOf(prefix).map((each) => startsWith(database, sql`lower(display_name)`, each)),
            ]),
          ),
        )
        .selectAll()
        .orderBy("emailNormalized")
        .limit(limit)
        .execute();
      return rows.map(toUser);
    },

    async count() {
      const row = await db
        .selectFrom("users")
        .select((query) => query.fn.countAll<number>().as("users"))
        .executeTakeFirstOrThrow();
      return Number(row.users);
    },

    async administrators() {
      const rows = await db.selectFrom("users").where("administrator", "=", 1).selectAll().orderBy("id").execute();
      return rows.map(toUser);
    },
  };
}

/** A user, as stored: attributes as JSON, and 0 or 1 for the administrator. */
export function toUser(row: Selectable<Tables["users"]>): User {
  return { ...row, attributes: JSON.parse(row.attributes), administrator: row.administrator === 1 };
}

export function toUserRow(user: User): Tables["users"] {
  return { ...user, attributes: JSON.stringify(user.attributes), administrator: user.administrator ? 1 : 0 };
}
