import type { Graph } from "../graph/graph.ts";
import {
  type GraphUserFlow,
  identityProvidersOf,
  listIncludedApplications,
  listUserFlows,
} from "../graph/user-flows.ts";
import { PrepareError } from "../prepare-error.ts";
import type { FoundUserFlow } from "./current.ts";
import { readDescription } from "./marks.ts";

/**
 * Every user flow of the tenant, with its apps: one of the file's apps may still be in any of them. A flow is the
 * file's by its mark, else by its display name.
 */
export async function readUserFlows(graph: Graph, keys: string[]): Promise<FoundUserFlow[]> {
  const found: FoundUserFlow[] = [];
  for (const flow of await graph.list(listUserFlows())) {
    if (!flow.id) throw new PrepareError("graph_misbehaved", "Graph answers with a user flow without an id.");
    const marked = readDescription(flow.description).key;
    const applications = await graph.list(listIncludedApplications(flow.id));
    found.push({
      flow: { ...(await withIdentityProviders(graph, flow)), id: flow.id },
      key: marked,
      marked: marked !== undefined,
      appIds: applications.flatMap(({ appId }) => (appId ? [appId.toLowerCase()] : [])),
    });
  }
  for (const key of keys) {
    const ours = found.filter((flow) => flow.key === key);
    const named = ours.length > 0 ? ours : found.filter(({ flow, marked }) => !marked && flow.displayName === key);
    if (named.length > 1)
      throw new PrepareError(
        "ambiguous",
        `${named.length} user flows are \`${key}\`: ${named.map(({ flow }) => flow.id).join(", ")}.`,
        {
          hint: "Give all but one of them another name, and take the line `doorcode:…` out of their descriptions.",
        },
      );
    if (named[0]) named[0].key = key;
  }
  return found;
}

/** Entra's list leaves them out. */
async function withIdentityProviders(graph: Graph, flow: GraphUserFlow): Promise<GraphUserFlow> {
  if (flow.onAuthenticationMethodLoadStart?.identityProviders || !flow.id) return flow;
  const identityProviders = await graph.list(identityProvidersOf(flow.id));
  return { ...flow, onAuthenticationMethodLoadStart: { ...flow.onAuthenticationMethodLoadStart, identityProviders } };
}
