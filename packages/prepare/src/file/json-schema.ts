import { z } from "zod";
import { tenantSchema } from "./tenant-schema.ts";

/** JSON Schema of the file (draft 7, which editors' YAML extensions know best), as in tenant.schema.json. */
export function tenantFileSchema(): object {
  return z.toJSONSchema(tenantSchema, {
    io: "input",
    target: "draft-7",
    override: ({ jsonSchema }) => {
      const [only, nothing, ...others] = jsonSchema.anyOf ?? [];
      if (nothing?.type !== "null" || others.length > 0 || typeof only?.type !== "string") return;
      // Editors complete and explain one type with a null much better than a choice of two schemas.
      const { anyOf: _, ...around } = jsonSchema;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, only, around, { type: [only.type, "null"] });
    },
  });
}
