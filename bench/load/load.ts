import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinned } from "../cores.ts";

export interface Load {
  url: string;
  /** PEM file of the server's CA. */
  caFile: string;
  /** Bodies. */
  forms: string[];
  contentType: string;
  /** `chain`: each form is used once; the refresh token of each response, after `prefix`, becomes a new form. */
  order: "repeat" | "chain";
  prefix: string;
  seconds: number;
  connections: number;
}

export interface Measured {
  requests: number;
  seconds: number;
  /** Responses other than 2xx or 3xx. */
  refused: number;
  /** Connections that failed or timed out. */
  broken: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const wrkVersion = /wrk (\S+)/.exec(spawnSync("wrk", ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1];
/** One generator for everything that is compared in a run. */
export const generator = wrkVersion ? `wrk ${wrkVersion}` : "a Node.js generator (wrk is not installed)";

/** Loads one server from the other core. Resolves to the generator's counts. */
export async function load(plan: Load, scratch: string): Promise<Measured> {
  const forms = join(scratch, "forms.txt");
  await writeFile(forms, `${plan.forms.join("\n")}\n`);
  const [program, ...args] = pinned("load", wrkVersion ? wrk(plan, forms) : node(plan, forms));
  const child = spawn(program!, args, { stdio: ["ignore", "pipe", "inherit"] });
  const output = await outputOf(child);
  const line = /^MEASURED (.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`The load generator reported nothing:\n${output}`);
  return JSON.parse(line) as Measured;
}

function wrk(plan: Load, forms: string): string[] {
  const script = fileURLToPath(new URL("forms.lua", import.meta.url));
  const shape = ["-t1", `-c${plan.connections}`, `-d${plan.seconds}s`, "--timeout", "10s", "-s", script];
  return ["wrk", ...shape, plan.url, "--", forms, plan.order, plan.prefix, plan.contentType];
}

function node(plan: Load, forms: string): string[] {
  const script = fileURLToPath(new URL("node-load.ts", import.meta.url));
  const how = [plan.order, plan.prefix, plan.contentType];
  const args = [plan.url, plan.caFile, forms, ...how, String(plan.seconds), String(plan.connections)];
  return [process.execPath, script, ...args];
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The load generator ended with ${code}:\n${output}`);
  return output;
}
