import type { IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { AttributeEntry } from "../file/model.ts";
import { createUserFlowAttribute } from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import { Changes, type Comparison, type Work, workOf } from "./work.ts";

/** The Boolean attribute behind a required checkbox that accepts the terms of use. */
export const TERMS_OF_USE = "TermsOfUse";

/** Custom attributes that user flows ask for. They are made and never deleted: people's answers stand in them. */
export function attributeWork({ model, current }: Comparison): Work[] {
  const wanted = new Map<string, { description: string; dataType: DataType }>();
  for (const flow of Object.values(model.userFlows)) {
    if (flow.termsOfUse) wanted.set(TERMS_OF_USE, { description: "Accepted the terms of use", dataType: "boolean" });
    for (const entry of flow.attributes)
      if (!entry.builtIn && !wanted.has(entry.attribute))
        wanted.set(entry.attribute, { description: entry.label, dataType: dataTypeOf(entry.input) });
  }
  return [...wanted].map(([name, { description, dataType }]) => {
    const found = findAttribute(current.attributes, name);
    if (
      found?.dataType &&
      found.dataType !== dataType &&
      !(dataType === "string" && found.dataType === "stringCollection")
    )
      throw new PrepareError(
        "conflicts_with_tenant",
        `The attribute \`${name}\` holds ${found.dataType} in the tenant, and ${dataType} in the file.`,
        { hint: "The type of an attribute is for ever: choose an input of the same type, or another attribute." },
      );
    const changes = new Changes();
    if (!found) changes.text("type", undefined, dataType);
    return workOf({ kind: "attribute", name, exists: found !== undefined, changes: changes.list }, async (graph) => {
      const made = await graph.send(createUserFlowAttribute({ name, description, dataType }));
      if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph gives the attribute ${name} no id.`);
      graph.created(made.id);
      current.attributes.push(made);
    });
  });
}

type DataType = "string" | "boolean" | "int64";

function dataTypeOf(input: AttributeEntry["input"]): DataType {
  if (input === "CheckboxSingleSelect") return "boolean";
  return input === "NumericTextBox" ? "int64" : "string";
}

/** The name in `extension_<32 hexadecimal digits>_<name>`; undefined for a built-in attribute. */
export function customNameOf(id: string): string | undefined {
  return /^extension_[0-9a-f]{32}_(.+)$/i.exec(id)?.[1];
}

function findAttribute(attributes: IdentityUserFlowAttribute[], name: string): IdentityUserFlowAttribute | undefined {
  return attributes.find(({ id }) => id !== undefined && customNameOf(id) === name);
}

/** The id under which Graph knows an attribute of the file. One that is yet to be made is called by its name. */
export function attributeId(
  attributes: IdentityUserFlowAttribute[],
  entry: { attribute: string; builtIn: boolean },
): string {
  return entry.builtIn ? entry.attribute : (findAttribute(attributes, entry.attribute)?.id ?? entry.attribute);
}
