// Finds the Node.js that a part of the project needs, and downloads it from npm if the machine has none.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bring, packaged, platform, root } from "./from-npm.mjs";

export { root };

const machineMajor = () => Number(process.versions.node.split(".")[0]);

function broughtNode(major) {
  const entry = packaged(`node-${major}`);
  const path = entry && join(entry.files, "bin", process.platform === "win32" ? "node.exe" : "node");
  return path && existsSync(path) ? path : undefined;
}

function bringNode(major) {
  if (!packaged(`node-${major}`)) {
    throw new Error(
      `This needs Node.js ${major}${major === "24" ? " or newer" : ""}; this is ${process.version}, and npm has no ` +
        `Node.js package for ${platform}. Install Node.js ${major} and run the command again.`,
    );
  }
  const { folder } = bring(`node-${major}`);
  const path = broughtNode(major);
  if (path) return path;
  throw new Error(`${folder} exists, but contains no Node.js. Delete it and run the command again.`);
}

/**
 * The path of a Node.js that can run the tenant, tools and tests (24 or newer). Undefined before `node24` has
 * downloaded it.
 */
export const findNode24 = () => (machineMajor() >= 24 ? process.execPath : broughtNode("24"));

/** The path of a Node.js 20, on which the published client-side packages are also tested. */
export const findNode20 = () => (machineMajor() === 20 ? process.execPath : broughtNode("20"));

/** Node.js 24 or newer, downloaded if missing. */
export const node24 = () => findNode24() ?? bringNode("24");

/** Node.js 20, downloaded if missing. */
export const node20 = () => findNode20() ?? bringNode("20");
