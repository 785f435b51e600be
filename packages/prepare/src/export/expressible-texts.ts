import type { TenantModel } from "../file/model.ts";
import { expressibleText } from "../file/scalars.ts";

/** Members that people read. Values that are compared (`value` of an option) are never changed. */
const READ_BY_PEOPLE = new Set(["name", "displayName", "description", "label"]);

/**
 * The model with texts that a file can express. A tenant keeps what programs sent through Graph, such as a description with
 * a control character in it; the notes name what was changed.
 */
export function withExpressibleTexts(model: TenantModel, notes: Set<string>): TenantModel {
  const changed = (text: string, path: string[], lines: boolean) => {
    const { text: expressible, changes } = expressibleText(text, lines);
    // One that has nothing to read stays, to be corrected manually.
    if (expressible.trim() === "") return text;
    const name = `${path.at(-1)} of ${path.slice(0, -1).join(", ")}`;
    for (const change of changes) notes.add(`The ${name} has ${change}.`);
    return expressible;
  };
  const walk = (value: unknown, path: string[]): unknown => {
    const [parent, own = ""] = path.slice(-2);
    if (typeof value === "string") {
      const isRead = READ_BY_PEOPLE.has(own) || parent === "displayNames";
      return isRead ? changed(value, path, own === "description") : value;
    }
    if (Array.isArray(value)) return value.map((each, at) => walk(each, [...path, String(at + 1)]));
    if (value === null || typeof value !== "object") return value;
    const inside = Object.entries(value).map(([key, each]) => [key, walk(each, [...path, key])]);
    return Object.fromEntries(inside);
  };
  return walk(model, []) as TenantModel;
}
