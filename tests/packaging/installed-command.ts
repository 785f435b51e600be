// `doorcode` as npm links it into a project, on a chosen Node.js and with a separate home folder.
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Runtime } from "./packed.ts";
import { plainEnvironment, type Running, startCommand } from "./run-command.ts";

export interface Person {
  project: string;
  /** Everything that is stored goes below it. */
  home: string;
}

/** A PATH that has this `node`, and nothing else. */
export async function pathWith({ node, major }: Runtime, scratch: string): Promise<string> {
  const folder = join(scratch, `path-${major}`);
  await mkdir(folder, { recursive: true });
  await symlink(node, join(folder, "node")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return folder;
}

export const environmentOf = ({ home }: Pick<Person, "home">, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv =>
  plainEnvironment({ HOME: home, ...more });

export function doorcode(person: Person, PATH: string, args: readonly string[]): Running {
  const command = join(person.project, "node_modules/.bin/doorcode");
  return startCommand(command, args, { cwd: person.project, env: environmentOf(person, { PATH }) });
}

/** The members of the first event of that name. */
export async function event(running: Running, name: string): Promise<Record<string, string>> {
  const [line] = await running.says(new RegExp(`^{"v":1,"event":"${name}".*}$`, "m"));
  return JSON.parse(line);
}
