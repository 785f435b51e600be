import { z } from "zod";
import { tenantSchema } from "./tenant-schema.ts";

type Schema = z.ZodType | undefined;

/** The part of the schema that describes the path; of a union the option that has members. */
export function schemaAt(path: readonly PropertyKey[]): Schema {
  return unwrapped(valueSchemaAt(path));
}

/** The same, with what it says of an empty or missing value. */
export function valueSchemaAt(path: readonly PropertyKey[]): Schema {
  let schema: Schema = tenantSchema;
  for (const step of path) {
    const inner = unwrapped(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(step)] as Schema;
    else if (inner instanceof z.ZodRecord) schema = inner.valueType as Schema;
    else if (inner instanceof z.ZodArray) schema = inner.element as Schema;
    else return undefined;
  }
  return schema;
}

/** Names of the members that what stands at the path can have; none where it is no entry. */
export function membersAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap() as Schema);
  }
  if (!(schema instanceof z.ZodUnion)) return schema;
  return schema.options.map((option) => unwrapped(option as Schema)).find((option) => option instanceof z.ZodObject);
}
