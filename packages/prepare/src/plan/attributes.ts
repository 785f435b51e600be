import type { IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { AttributeEntry } from "../file/model.ts";
import { createUserFlowAttribute } from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import { Changes, type CompareInput, type PlannedStep, plannedStep } from "./planned-step.ts";

/** The Boolean attribute behind a required checkbox that accepts the terms of use. */
export const TERMS_OF_USE = "TermsOfUse";

/** Custom attributes that user flows ask for. They are created but never deleted, because they hold users' answers. */
export function compareAttributes({ model, lookup }: CompareInput): PlannedStep[] {
  const wanted = new Map<string, { description: string; dataType: DataType }>();
  for (const flow of Object.values(model.userFlows)) {
    if (flow.termsOfUse) wanted.set(TERMS_OF_USE, { description: "Accepted the terms of use", dataType: "boolean" });
    for (const entry of flow.attributes)
      if (!entry.builtIn && !wanted.has(entry.attribute))
        wanted.set(entry.attribute, { description: entry.label, dataType: dataTypeOf(entry.input) });
  }
  return [...wanted].map(([name, { description, dataType }]) => {
    const found = findAttribute(lookup.attributes, name);
    if (
      found?.dataType &&
      found.dataType !== dataType &&
      !(dataType === "string" && found.dataType === "stringCollection")
    )
      throw new PrepareError(
        "conflicts_with_tenant",
        `The attribute \`${name}\` has the type ${found.dataType} in the tenant, but ${dataType} in the file.`,
        { hint: "An attribute's type cannot change: choose an input of the same type, or another attribute." },
      );
    const changes = new Changes();
    if (!found) changes.text("type", undefined, dataType);
    const exists = found !== undefined;
    return plannedStep({ kind: "attribute", name, exists, changes }, async ({ graph, known }) => {
      const made = await graph.send(createUserFlowAttribute({ name, description, dataType }));
      if (!made?.id) throw new PrepareError("graph_misbehaved", `Graph returned the attribute ${name} without an ID.`);
      graph.created(made.id);
      known.addAttribute(made);
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

function findAttribute(
  attributes: readonly IdentityUserFlowAttribute[],
  name: string,
): IdentityUserFlowAttribute | undefined {
  return attributes.find(({ id }) => id !== undefined && customNameOf(id) === name);
}

/** The ID under which Graph knows an attribute of the file. Until it is created, its name is used. */
export function attributeId(
  attributes: readonly IdentityUserFlowAttribute[],
  entry: { attribute: string; builtIn: boolean },
): string {
  return entry.builtIn ? entry.attribute : (findAttribute(attributes, entry.attribute)?.id ?? entry.attribute);
}
