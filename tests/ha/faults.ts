// What is broken, one after the other.
import { setTimeout as wait } from "node:timers/promises";
import { etcdLeader, fault, MEMBERS, type Member, primary, sql, synchronousStandby, untilFound } from "./lab.ts";

export interface Fault {
  /** What was killed or cut. */
  name: string;
  /** Breaks it and mends it; the run then waits until everything is whole. */
  happens(): Promise<void>;
}

async function anotherPrimary(than: Member): Promise<Member> {
  return untilFound("another primary", 120_000, async () => {
    const now = await primary();
    return now === than ? undefined : now;
  });
}

async function killPrimary(member: Member): Promise<void> {
  await fault("kill", "patroni", member);
  await fault("kill", "postgres", member);
}

export const FAULTS: Fault[] = [
  { name: "nothing (for comparison)", happens: () => wait(6_000) },
  {
    name: "a tenant node: SIGKILL, started again after 5 s",
    async happens() {
      await fault("kill", "tenant", "node1");
      await wait(5_000);
      await fault("start", "tenant", "node1");
    },
  },
  {
    name: "HAProxy for the database of a node: SIGKILL, started again after 3 s",
    async happens() {
      await fault("kill", "haproxy", "node2");
      await wait(3_000);
      await fault("start", "haproxy", "node2");
    },
  },
  {
    name: "HAProxy for https: SIGKILL, started again after 1 s",
    async happens() {
      await fault("kill", "haproxy", "edge");
      await wait(1_000);
      await fault("start", "haproxy", "edge");
    },
  },
  {
    name: "the leader of etcd: SIGKILL, started again after 8 s",
    async happens() {
      const leader = await etcdLeader();
      await fault("kill", "etcd", leader);
      await wait(8_000);
      await fault("start", "etcd", leader);
    },
  },
  {
    name: "two of three members of etcd: SIGKILL, started again after 12 s",
    async happens() {
      const leader = await etcdLeader();
      const two = [leader, MEMBERS.find((member) => member !== leader)!];
      for (const member of two) await fault("kill", "etcd", member);
      await wait(12_000);
      for (const member of two) await fault("start", "etcd", member);
    },
  },
  {
    name: "the synchronous standby: SIGKILL of PostgreSQL, started again by Patroni",
    async happens() {
      await fault("kill", "postgres", await synchronousStandby());
      await wait(5_000);
    },
  },
  {
    name: "the primary: SIGKILL of PostgreSQL and Patroni, started again as a standby",
    async happens() {
      const old = await primary();
      await killPrimary(old);
      await anotherPrimary(old);
      await fault("start", "patroni", old);
    },
  },
  {
    name: "the primary again, after waits of its commits for the standby were cancelled for 4 s",
    async happens() {
      const old = await primary();
      const standbys = MEMBERS.filter((member) => member !== old);
      for (const standby of standbys) await fault("freeze", "receiver", standby);
      // PostgreSQL reports such a commit as successful, with a warning. It exists on this machine only.
      const cancel = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'";
      for (const end = Date.now() + 4_000; Date.now() < end; await wait(200)) {
        await fault("sql", old, `--command=${cancel}`);
      }
      await killPrimary(old);
      // What their kernels have received but not their disks is gone, as if the machines had been elsewhere.
      for (const standby of standbys) await fault("stop", "receiver", standby);
      for (const standby of standbys) await fault("thaw", "receiver", standby);
      await anotherPrimary(old);
      await fault("start", "patroni", old);
    },
  },
  {
    name: "HAProxy's backend: SIGKILL of the primary's Patroni, its PostgreSQL still running",
    async happens() {
      const old = await primary();
      await fault("kill", "patroni", old);
      await anotherPrimary(old);
      await fault("start", "patroni", old);
    },
  },
  {
    name: "network: nothing passes between the primary and its synchronous standby for 12 s",
    async happens() {
      const [one, other] = [await primary(), await synchronousStandby()];
      await fault("cut", one, other);
      await wait(12_000);
      await fault("heal", one, other);
    },
  },
  {
    name: "network: nothing passes from the primary to its synchronous standby for 12 s, the other way it does",
    async happens() {
      const [one, other] = [await primary(), await synchronousStandby()];
      await fault("cut", "oneway", one, other);
      await wait(12_000);
      await fault("heal", one, other);
    },
  },
  {
    name: "network: nothing passes between a tenant node and the primary for 12 s",
    async happens() {
      const one = await primary();
      await fault("cut", "node1", one);
      await wait(12_000);
      await fault("heal", "node1", one);
    },
  },
  {
    name: "network: the primary is unplugged from everything, and comes back as a standby",
    async happens() {
      const old = await primary();
      await fault("isolate", old);
      await anotherPrimary(old);
      await fault("join", old);
    },
  },
];

/**
 * The proof that the comparison finds a loss: commits wait for no standby, the primary is cut from the others, goes on
 * until it has acknowledged a few more changes, and is killed. Commits wait again afterwards.
 */
export async function loseOnPurpose(acknowledged: () => number): Promise<void> {
  await waitForStandby(false);
  const old = await primary();
  for (const other of MEMBERS) if (other !== old) await fault("cut", old, other);
  const before = acknowledged();
  // Not longer: without etcd it stops being the primary.
  for (const end = Date.now() + 8_000; acknowledged() < before + 3 && Date.now() < end; ) await wait(50);
  await killPrimary(old);
  await anotherPrimary(old);
  // Not sooner: the kernel of the killed primary would still send what it holds, and a standby would take it.
  for (const other of MEMBERS) if (other !== old) await fault("heal", old, other);
  await fault("start", "patroni", old);
  await waitForStandby(true);
}

/** Whether commits wait for a standby. */
async function waitForStandby(waits: boolean): Promise<void> {
  await fault("config", `synchronous_mode=${waits}`, `synchronous_mode_strict=${waits}`);
  const isSet = async () => ((await sql("show synchronous_standby_names")) !== "") === waits || undefined;
  await untilFound(waits ? "commits that wait for a standby" : "commits that wait for no standby", 60_000, isSet);
}
