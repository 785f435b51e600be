import type { Selectable } from "kysely";
import type { User } from "../../directory/entities.ts";
import type { Tables } from "../migrations/tables.ts";

/** A user, as stored: attributes as JSON, and 0 or 1 for the administrator. */
export function toUser(row: Selectable<Tables["users"]>): User {
  return { ...row, attributes: JSON.parse(row.attributes), administrator: row.administrator === 1 };
}

export function toUserRow(user: User): Tables["users"] {
  return { ...user, attributes: JSON.stringify(user.attributes), administrator: user.administrator ? 1 : 0 };
}
