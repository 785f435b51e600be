import type { Database } from "../engine/database.ts";
import type { DirectoryStore } from "../store.ts";
import { apiVerbs } from "./api-store.ts";
import { appVerbs } from "./app-store.ts";
import { consentVerbs } from "./consent-store.ts";
import { groupVerbs } from "./group-store.ts";
import { userFlowVerbs } from "./user-flow-store.ts";
import { userVerbs } from "./user-store.ts";

export function directoryStore(database: Database): DirectoryStore {
  const { db } = database;
  const setting = async (name: string) =>
    (await db.selectFrom("settings").where("name", "=", name).select("value").executeTakeFirst())?.value;

  return {
    setting,
    async settingOnce(name, value) {
      await db
        .insertInto("settings")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
      return (await setting(name)) as string;
    },
    async putSetting(name, value) {
      await db
        .insertInto("settings")
        .values({ name, value })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
        .execute();
    },
    ...userVerbs(database),
    ...appVerbs(database),
    ...apiVerbs(database),
    ...consentVerbs(database),
    ...userFlowVerbs(database),
    ...groupVerbs(database),
  };
}
