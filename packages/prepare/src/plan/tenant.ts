import { patchBranding, renameOrganization } from "../graph/tenant-settings.ts";
import { Changes, type Comparison, type Work, workOf } from "./work.ts";

/** Name and colour. A domain is verified by hand; on Entra a name is given by hand too. */
export function tenantWork({ model, current, target, notes }: Comparison): Work[] {
  const { name, domain, colour } = model.tenant;
  const { tenant } = current;
  if (domain !== undefined && !tenant.domains.some((there) => there.toLowerCase() === domain.toLowerCase()))
    notes.add(
      `The file says the domain ${domain}; the tenant has ${tenant.domains.join(", ")}. A domain is added and verified by hand.`,
    );
  const changes = new Changes();
  let renamed = false;
  if (name !== undefined && name !== tenant.name) {
    if (target === "doorcode") renamed = changes.text("name", tenant.name, name);
    else
      notes.add(
        `The file calls the tenant "${name}"; it is "${tenant.name}". Set its name in the Microsoft Entra admin center, under Overview > Properties.`,
      );
  }
  const wanted = colour && fullColour(colour);
  const recoloured = changes.text("colour", wanted && tenant.colour, wanted);
  if (name === undefined && colour === undefined) return [];
  return [
    workOf({ kind: "tenant", name: tenant.defaultDomain, exists: true, changes: changes.list }, async (graph) => {
      if (renamed && name !== undefined) {
        await graph.send(renameOrganization(tenant.id, name));
        tenant.name = name;
      }
      if (recoloured && wanted) {
        await graph.send(patchBranding(tenant.id, wanted));
        tenant.colour = wanted;
      }
    }),
  ];
}

/** `#ABC` as `#aabbcc`, which is how Graph has it. */
function fullColour(colour: string): string {
  const digits = colour.slice(1).toLowerCase();
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}
