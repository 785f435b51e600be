import type { Selectable } from "kysely";
import type { User } from "../../directory/entities.ts";
import type { Database } from "../engine/database.ts";
import { prepared } from "../engine/prepared.ts";
import type { Tables } from "../migrations/tables.ts";
import type { DirectoryStore } from "../store.ts";
import { userDisabling } from "./disable-user.ts";

type UserVerbs = Pick<
  DirectoryStore,
  "findUser" | "findUserByEmail" | "listUsers" | "insertUser" | "setUserDisabled" | "setUserAdministrator"
>;

export function userVerbs(database: Database): UserVerbs {
  const { db } = database;
  const byId = prepared((by: { id: string }) => db.selectFrom("users").where("id", "=", by.id).selectAll());
  return {
    async findUser(id) {
      const [row] = await byId(db, { id });
      return row && toUser(row);
    },

    async findUserByEmail(emailNormalized) {
      const query = db.selectFrom("users").where("emailNormalized", "=", emailNormalized).selectAll();
      const row = await query.executeTakeFirst();
      return row && toUser(row);
    },

    listUsers: async () => (await db.selectFrom("users").selectAll().orderBy("emailNormalized").execute()).map(toUser),

    async insertUser(user) {
      const inserted = await db
        .insertInto("users")
        .values({ ...user, attributes: JSON.stringify(user.attributes), administrator: user.administrator ? 1 : 0 })
        .onConflict((conflict) => conflict.column("emailNormalized").doNothing())
        .returning("id")
        .executeTakeFirst();
      return inserted !== undefined;
    },

    setUserDisabled: userDisabling(database),

    async setUserAdministrator(id, administrator) {
      const changed = await db
        .updateTable("users")
        .where("id", "=", id)
        .set({ administrator: administrator ? 1 : 0 })
        .returning("id")
        .executeTakeFirst();
      return changed !== undefined;
    },
  };
}

export function toUser(row: Selectable<Tables["users"]>): User {
  return { ...row, attributes: JSON.parse(row.attributes), administrator: row.administrator === 1 };
}
