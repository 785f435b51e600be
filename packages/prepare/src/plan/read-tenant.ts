import type { Graph } from "../graph/graph.ts";
import { getBranding, getOrganization } from "../graph/tenant-settings.ts";
import { PrepareError } from "../prepare-error.ts";
import type { Current } from "./current.ts";

export async function readTenant(graph: Graph, options: { colour: boolean }): Promise<Current["tenant"]> {
  const [organization] = await graph.list(getOrganization());
  if (!organization?.id) throw new PrepareError("graph_misbehaved", "Graph names no organization.");
  const verified = organization.verifiedDomains ?? [];
  const domains = verified.flatMap(({ name }) => (name ? [name] : []));
  const branding = options.colour ? await graph.find(getBranding(organization.id)) : undefined;
  return {
    id: organization.id,
    name: organization.displayName ?? "",
    domains,
    defaultDomain: verified.find(({ isDefault }) => isDefault)?.name ?? domains[0] ?? "",
    initialDomain: verified.find(({ isInitial }) => isInitial)?.name ?? undefined,
    colour: branding?.backgroundColor?.toLowerCase() ?? undefined,
  };
}
