import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { plainEnvironment } from "../packaging/run-command.ts";

/** COMMAND:PACKAGE of Debian, as in `.ci/run`. */
const TOOLS = [
  "patroni:patroni",
  "etcd:etcd-server",
  "etcdctl:etcd-client",
  "haproxy:haproxy",
  "ip:iproute2",
  "openssl:openssl",
  "unshare:util-linux",
];

/** Why deploy/ha/try cannot run here; false if it can. */
export function withoutTrial(): string | false {
  if (process.platform !== "linux") return "needs the network namespaces of Linux";
  if (process.getuid?.() !== 0) return "needs root, for network namespaces";
  const env = plainEnvironment({ PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
  const isThere = (command: string) =>
    spawnSync("/bin/sh", ["-c", 'command -v "$0"', command], { env, stdio: "ignore" }).status === 0;
  const missing = TOOLS.map((tool) => tool.split(":")).filter(([command]) => !isThere(command!));
  if (missing.length > 0) return `needs ${missing.map(([, name]) => name).join(", ")} of Debian`;
  if (!existsSync("/usr/lib/postgresql")) return "needs PostgreSQL in /usr/lib/postgresql";
  // A container may be root without the right to make namespaces.
  const allowed = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", "true"], { env, stdio: "ignore" });
  return allowed.status !== 0 && "needs the right to make namespaces";
}
