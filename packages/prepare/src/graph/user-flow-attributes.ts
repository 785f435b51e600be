import type { IdentityUserFlowAttribute } from "@microsoft/microsoft-graph-types";
import type { GraphRequest } from "./request.ts";

const path = "/identity/userFlowAttributes";

export function listUserFlowAttributes(): GraphRequest<{ value: IdentityUserFlowAttribute[] }> {
  return { method: "GET", path };
}

/** Its id comes of the name: `extension_<32 hexadecimal digits>_<name>`. The type of its data is for ever. */
export function createUserFlowAttribute(attribute: {
  name: string;
  description: string;
  dataType: "string" | "boolean" | "int64";
}): GraphRequest<IdentityUserFlowAttribute> {
  return {
    method: "POST",
    path,
    body: { displayName: attribute.name, description: attribute.description, dataType: attribute.dataType },
  };
}
