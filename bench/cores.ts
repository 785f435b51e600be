import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const roles = { server: 0, load: 1 };

/** The server and what loads it must not take each other's core. Without taskset, or with one core, nothing is pinned. */
export const canPin = availableParallelism() >= 2 && spawnSync("taskset", ["--version"]).status === 0;

export function pinned(role: keyof typeof roles, command: string[]): string[] {
  return canPin ? ["taskset", "--cpu-list", String(roles[role]), ...command] : command;
}

/** Moves a process that runs, with all its threads; children made later stay with it. */
export function pinRunning(role: keyof typeof roles, pid: number): void {
  if (canPin) spawnSync("taskset", ["--all-tasks", "--cpu-list", "--pid", String(roles[role]), String(pid)]);
}
