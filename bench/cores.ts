import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const roles = { server: 0, load: 1 };

/** Server and load generator must not share a core. Without taskset, or with one core, nothing is pinned. */
export const canPin = availableParallelism() >= 2 && spawnSync("taskset", ["--version"]).status === 0;

export function pinned(role: keyof typeof roles, command: string[]): string[] {
  return canPin ? ["taskset", "--cpu-list", String(roles[role]), ...command] : command;
}

/** Moves a running process with all its threads. Children that it starts later stay on the same core. */
export function pinRunning(role: keyof typeof roles, pid: number): void {
  if (canPin) spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(roles[role]), String(pid)]);
}
