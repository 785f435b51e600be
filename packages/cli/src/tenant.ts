import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { findTenantNode, isTenantNode, TENANT_NODE } from "./tenant-node.ts";

/** The tenant's command line, in this process where its Node.js is new enough, else in a child that runs one that is. */
export async function runTenant(argv: string[]): Promise<number> {
  if (isTenantNode(process.versions.node)) {
    const tenant = await import("@doorcode/tenant/commands");
    const { tenantFiles } = await import("./prepare/tenant-files.ts");
    return tenant.main(argv, tenantFiles);
  }
  const node = findTenantNode();
  if (node === undefined) {
    process.stderr.write(
      `doorcode: the tenant needs Node.js ${TENANT_NODE} or newer; this is ${process.versions.node}.\n` +
        `Install it, or put it beside this one: it is found as "node" on the PATH, too.\n`,
    );
    return 1;
  }
  return runIn(node, argv);
}

/** Resolves to the child's exit code; signals go through, and the child ends with us however we end. */
function runIn(node: string, argv: string[]): Promise<number> {
  const entry = fileURLToPath(new URL("../bin/doorcode.cjs", import.meta.url));
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", entry, "tenant", ...argv], {
    // The channel carries nothing: that it closes tells the child that this process is gone, even if it was killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // From a terminal the child has had it already; a second one changes nothing.
    process.on(signal, () => child.kill(signal));
  }
  // Whoever started this process by a channel of its own is gone: the same, one further.
  process.on("disconnect", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
