import {
  applicationsByDisplayName,
  applicationsByTag,
  type GraphApplication,
  getApplication,
} from "../graph/applications.ts";
import type { Graph } from "../graph/graph.ts";
import { PrepareError } from "../prepare-error.ts";
import type { FoundApplication } from "./current.ts";
import { keyInTags, markOf } from "./marks.ts";

/**
 * The application that the file means by this key: by uniqueName, else by our tag, else the one application of that
 * display name that has neither (made in the portal, which cannot set a uniqueName). `ambiguous` where several fit.
 */
export async function findApplication(
  graph: Graph,
  key: string,
  displayName: string,
): Promise<FoundApplication | undefined> {
  const unique = await graph.find(getApplication(key));
  if (unique) return { application: whole(unique), adopt: false };

  const tagged = await graph.list(applicationsByTag(markOf(key)));
  const [ours] = tagged;
  if (tagged.length > 1) throw severalFit(tagged, `carry the tag \`${markOf(key)}\``, key);
  if (ours) return { application: whole(ours), adopt: false };

  const alike = await graph.list(applicationsByDisplayName(displayName));
  const free = alike.filter(({ uniqueName, tags }) => !uniqueName && keyInTags(tags) === undefined);
  const [only] = free;
  if (free.length > 1) throw severalFit(free, `have the display name "${displayName}"`, key);
  return only && { application: whole(only), adopt: true };
}

function severalFit(applications: GraphApplication[], what: string, key: string): PrepareError {
  const ids = applications.map(({ appId }) => appId).join(", ");
  return new PrepareError("ambiguous", `${applications.length} applications ${what}: ${ids}.`, {
    hint: `Give the one that the file means by \`${key}\` the tag \`${markOf(key)}\`, and none of the others.`,
  });
}

function whole(application: GraphApplication): FoundApplication["application"] {
  const { id, appId } = application;
  if (!id || !appId) throw new PrepareError("graph_misbehaved", "Graph answers with an application without ids.");
  return { ...application, id, appId };
}
