// The commands of docs/operate/high-availability.md, run in the trial as the page says: on the member that the block names.
import { type Block, blocksOf } from "../operate/pages.ts";
import { etcdLeader, fault, MEMBERS, primary, synchronousStandby, whole } from "./lab.ts";

/** The blocks that name a member: `sh ha=db1`. */
export const commandBlocks = async (): Promise<Block[]> =>
  (await blocksOf("high-availability")).filter(({ as }) => as.startsWith("ha="));

/** Runs one block. What the page assumes is made so before. */
export async function runBlock({ as, text }: Block): Promise<void> {
  const member = as.slice("ha=".length);
  const replaces = text.includes("member remove");
  if (replaces) await loseForGood("db3");
  const [first, second] = [await primary(), await synchronousStandby()];
  const values = { STANDBY: MEMBERS.find((each) => each !== first && each !== second) ?? "" };
  const here = Object.entries(values).reduce((commands, [name, value]) => commands.replaceAll(name, value), text);
  const folder = `${process.env.HA_LAB}/${member}`;
  await fault("on", member, "sh", "-euc", here.replaceAll("/etc/patroni/config.yml", `${folder}/patroni.yml`));
  if (!replaces) return;
  await fault("replace", "db3");
  await fault("start", "etcd", "db3");
  await fault("start", "patroni", "db3");
}

/** The machine is neither primary nor leader when it goes, because the commands on the page are about the others. */
async function loseForGood(member: "db3"): Promise<void> {
  if ((await primary()) === member) {
    await fault("on", "db1", "patronictl", "-c", `${process.env.HA_LAB}/db1/patroni.yml`, "switchover", "--force");
    await whole();
  }
  for (const part of ["patroni", "postgres", "etcd"]) await fault("kill", part, member);
  await etcdLeader();
  await synchronousStandby();
}
