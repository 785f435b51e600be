// The trial of deploy/ha/try, from the inside: its commands, its members and its database.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "../packaging/pack.ts";

const run = promisify(execFile);
const folder = process.env.HA_LAB ?? "/run/ha";

export const MEMBERS = ["db1", "db2", "db3"] as const;
export type Member = (typeof MEMBERS)[number];
export type Machine = Member | "node1" | "node2" | "edge";

const settings = () =>
  new Map(
    readFileSync(join(folder, "ha.env"), "utf8")
      .split("\n")
      .map((line) => line.split("=", 2) as [string, string]),
  );

export const addressOf = (machine: Machine): string => settings().get(machine.toUpperCase())!;
export const publicName = (): string => settings().get("PUBLIC_NAME")!;
export const caFile = join(folder, "tls/ca.pem");
export const ca = (): string => readFileSync(caFile, "utf8");

/** `fault WORDS…` as in deploy/ha/try. */
export async function fault(...words: string[]): Promise<string> {
  return (await run(join(root, "deploy/ha/fault"), words)).stdout.trim();
}

/** The result of a query at the primary, as the database's administrator. */
export async function sql(query: string): Promise<string> {
  const primary = await untilFound("a primary", 120_000, primaryNow);
  const words = ["sql", primary, "--dbname=doorcode", "--no-align", "--tuples-only", `--command=${query}`];
  const { stdout } = await run(join(root, "deploy/ha/fault"), words, { maxBuffer: 256 * 1024 * 1024 });
  return stdout.trim();
}

/** `doorcode` on a tenant node, as its operator, or anywhere with `publicName`. */
export function doorcode(words: string[], input = ""): Promise<string> {
  const config = words[0] === "tenant" ? ["--config", join(folder, "node1/doorcode.server.yaml")] : [];
  const [command, ...before] = ["nsenter", "--net=/run/netns/node1", process.execPath];
  const program = join(root, "packages/cli/bin/doorcode.cjs");
  return new Promise((resolve, reject) => {
    const child = execFile(
      command!,
      [...before, program, ...words, ...config],
      { env: { ...process.env, DOORCODE_CA_FILE: caFile, HOME: folder } },
      (error, stdout, stderr) =>
        error ? reject(new Error(`doorcode ${words.join(" ")}: ${stderr}`)) : resolve(stdout),
    );
    child.stdin?.end(input);
  });
}

interface Status {
  state?: string;
  role?: string;
  sync_standby?: boolean;
}

/** What Patroni of a member says; undefined if it does not respond. */
async function statusOf(member: Member): Promise<Status | undefined> {
  try {
    const response = await fetch(`http://${addressOf(member)}:8008/patroni`, { signal: AbortSignal.timeout(2_000) });
    return (await response.json()) as Status;
  } catch {
    return undefined;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function found(test: (member: Member) => Promise<boolean>): Promise<Member | undefined> {
  const tested = await Promise.all(MEMBERS.map(test));
  return MEMBERS.find((_, index) => tested[index]);
}

const primaryNow = () => found((member) => answers(`http://${addressOf(member)}:8008/primary`));
const standbyNow = () => found((member) => answers(`http://${addressOf(member)}:8008/synchronous`));

export const primary = () => untilFound("a primary", 120_000, primaryNow);
export const synchronousStandby = () => untilFound("a synchronous standby", 120_000, standbyNow);

/** The member that leads etcd's election. */
export async function etcdLeader(): Promise<Member> {
  return untilFound("a leader of etcd", 60_000, async () => {
    for (const member of MEMBERS) {
      const url = `http://${addressOf(member)}:2379/v3/maintenance/status`;
      try {
        const response = await fetch(url, { method: "POST", body: "{}", signal: AbortSignal.timeout(2_000) });
        const { leader, header } = (await response.json()) as { leader?: string; header: { member_id: string } };
        if (leader === header.member_id) return member;
      } catch {
        // Down: another member leads.
      }
    }
    return undefined;
  });
}

/** Waits until nothing is missing: a primary, two standbys that follow it, one of them synchronous, two nodes that are ready. */
export async function whole(): Promise<void> {
  await untilFound("all members and nodes", 180_000, async () => {
    const [states, ready, leading] = await Promise.all([
      Promise.all(MEMBERS.map(statusOf)),
      Promise.all((["node1", "node2"] as const).map((node) => answers(`http://${addressOf(node)}:9464/readyz`))),
      primaryNow(),
    ]);
    const streaming = leading && (await streamingStandbys(leading));
    const isWhole =
      streaming === 2 &&
      ready.every(Boolean) &&
      states.every((each) => each?.state === "running") &&
      (await standbyNow());
    return isWhole || undefined;
  });
}

async function streamingStandbys(leading: Member): Promise<number> {
  const query = "select count(*) from pg_stat_replication where state = 'streaming'";
  const words = ["sql", leading, "--no-align", "--tuples-only", `--command=${query}`];
  return Number(await fault(...words).catch(() => "0"));
}

export async function untilFound<T>(what: string, ms: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const until = Date.now() + ms; ; await wait(250)) {
    const result = await look();
    if (result !== undefined) return result;
    if (Date.now() > until) throw new Error(`Gave up waiting for ${what}.\n${await fault("list").catch(String)}`);
  }
}
