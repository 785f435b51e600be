// Shared by all of these tests: the five packages, packed once, in a project that has nothing else.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packPackages, root, type Tarballs } from "./pack.ts";
import { makeProject } from "./project.ts";

export interface Packed extends AsyncDisposable {
  scratch: string;
  tarballs: Tarballs;
  /** Has the five packages and no library of its own. */
  project: string;
}

export interface Runtime {
  name: string;
  node: string;
  major: number;
}

export async function packOnce(): Promise<Packed> {
  const scratch = await mkdtemp(join(tmpdir(), "doorcode-packaging-"));
  const remove = () => rm(scratch, { recursive: true, force: true });
  try {
    const tarballs = await packPackages(scratch);
    const project = await makeProject(join(scratch, "project"), tarballs);
    return { scratch, tarballs, project, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Plain JavaScript, which has no types: the set-up runs it before anything is compiled. */
const { node20 } = (await import(join(root, "tools/runtime.mjs"))) as { node20(): string };

/** The oldest Node.js that the client side supports, and the one that the tenant needs. */
export const oldest: Runtime = { name: "Node.js 20", node: node20(), major: 20 };
export const newest: Runtime = {
  name: `Node.js ${process.versions.node.split(".")[0]}`,
  node: process.execPath,
  major: Number.parseInt(process.versions.node, 10),
};
