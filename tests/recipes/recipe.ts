// A page of docs/recipes as a reader uses it: its files, written into a folder with the packages of this workspace.
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../packaging/pack.ts";
import { plainEnvironment, type Running, startCommand } from "../packaging/run-command.ts";

export interface Recipe extends AsyncDisposable {
  folder: string;
  /** Of each file that the page shows. */
  files: ReadonlyMap<string, string>;
  /** Runs Node.js in the folder; processes that still run at the end are ended. */
  node(args: readonly string[], env?: NodeJS.ProcessEnv): Running;
}

export async function filesOf(page: string): Promise<Map<string, string>> {
  const text = await readFile(join(root, "docs/recipes", `${page}.md`), "utf8");
  const blocks = text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name, content]) => [name!, content!]));
}

export async function recipe(...pages: string[]): Promise<Recipe> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-recipe-"));
  const files = new Map<string, string>();
  for (const page of pages) for (const [name, text] of await filesOf(page)) files.set(name, text);
  if (files.size === 0) throw new Error(`${pages} shows no files.`);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "recipe", private: true, type: "module" }));
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  const running: Running[] = [];
  return {
    folder,
    files,
    node(args, env = {}) {
      const home = { HOME: folder, NODE_OPTIONS: "--conditions=doorcode-source" };
      const started = startCommand(process.execPath, args, { cwd: folder, env: plainEnvironment({ ...home, ...env }) });
      running.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of running) child.kill("SIGKILL");
      await Promise.all(running.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
