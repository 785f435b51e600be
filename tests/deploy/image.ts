// Builds the image of deploy/docker with buildah, and runs it like a container: as its user, with its command and
// environment, on a read-only root file system. No registry is used: the base image is made of this machine's own files.
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../packaging/pack.ts";
import { mustRun, type Running, startCommand } from "../packaging/run-command.ts";

/** Why the image cannot be built here; false if it can. */
export const withoutBuildah =
  (spawnSync("buildah", ["--version"], { stdio: "ignore" }).error !== undefined && "needs buildah") ||
  (process.getuid?.() !== 0 && "needs root, to mount the image");

export interface ImageConfig {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  StopSignal: string;
  Volumes: Record<string, object>;
  Healthcheck: { Test: string[] };
}

export interface Image extends AsyncDisposable {
  config: ImageConfig;
  /** Runs a command in it; `mounts`: path in the image → folder of this machine. Its root is read-only. */
  run(command: readonly string[], mounts: Readonly<Record<string, string>>): Running;
}

/** What the Dockerfile's own commands need of a base image. */
const PROGRAMS = ["sh", "env", "install", "ln", "rm", "touch", "id"];
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const PATH = "/usr/local/bin:/usr/bin:/bin";

export async function buildImage(): Promise<Image> {
  const scratch = await mkdtemp(join(tmpdir(), "doorcode-image-"));
  const storage = ["--root", join(scratch, "store"), "--runroot", join(scratch, "run"), "--storage-driver", "overlay"];
  const buildah = async (...args: string[]) => (await mustRun("buildah", [...storage, ...args])).trim();
  const end = async () => {
    spawnSync("buildah", [...storage, "rm", "--all"], { stdio: "ignore" });
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const dockerfile = await readFile(join(root, "deploy/docker/Dockerfile"), "utf8");
    const [, base] = /^FROM (\S+)/m.exec(dockerfile)!;
    await makeBase(join(scratch, "base"));
    const empty = await buildah("from", "scratch");
    await buildah("add", empty, join(scratch, "base"), "/");
    await buildah("config", "--env", `PATH=${PATH}`, "--env", `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, empty);
    await buildah("commit", "--quiet", empty, `docker.io/library/${base}`);
    const options = ["--isolation", "chroot", "--network", "host", "--pull-never", "--format", "docker"];
    await buildah("build", ...options, "--tag", "doorcode", "--file", join(root, "deploy/docker/Dockerfile"), root);
    const { config } = (JSON.parse(await buildah("inspect", "doorcode")) as { Docker: { config: ImageConfig } }).Docker;
    const mounted = await buildah("mount", await buildah("from", "doorcode"));
    return {
      config,
      run: (command, mounts) => runIn(mounted, config, command, mounts),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Node.js with npm, a shell, a few programs with their libraries, and the certificates of this machine. */
async function makeBase(folder: string): Promise<void> {
  const put = async (from: string, to = from) => {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await cp(await realpath(from), join(folder, to), { recursive: true });
  };
  const where = async (program: string) => (await mustRun("/bin/sh", ["-c", `command -v ${program}`])).trim();
  const programs = await Promise.all(PROGRAMS.map(where));
  await put(process.execPath, "/usr/local/bin/node");
  for (const program of programs) await put(program, `/bin/${program.split("/").at(-1)}`);
  const needed = await mustRun("ldd", [process.execPath, ...programs]);
  const libraries = new Set(needed.match(/\/\S+\.so\S*/g));
  // A part of the C library that native packages use.
  const libc = [...libraries].find((library) => library.includes("/libc.so"))!;
  for (const library of [...libraries, join(dirname(libc), "librt.so.1")]) await put(library);
  const npm = dirname(dirname(await realpath(await where("npm"))));
  await put(npm, "/usr/local/lib/node_modules/npm");
  for (const command of ["npm", "npx"]) {
    const script = `#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/${command}-cli.js "$@"\n`;
    await writeFile(join(folder, "usr/local/bin", command), script, { mode: 0o755 });
  }
  // From which npm knows the C library, and so which native packages to install.
  await put("/usr/bin/ldd");
  await put(CERTIFICATES);
  await writeFile(join(folder, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n");
  await writeFile(join(folder, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  await mkdir(join(folder, "usr/bin"), { recursive: true });
  await cp(join(folder, "bin/env"), join(folder, "usr/bin/env"));
  for (const path of ["tmp", "root", "proc", "dev", "run", "var/lib"])
    await mkdir(join(folder, path), { recursive: true });
}

/** In a mount namespace of its own, so that no mount outlives the process. */
function runIn(
  mounted: string,
  { User, Env }: ImageConfig,
  command: readonly string[],
  mounts: Readonly<Record<string, string>>,
): Running {
  const script = [
    "set -e; image=$1; user=$2; shift 2",
    // chroot is in a folder that the PATH of users lacks.
    'PATH="$PATH:/usr/sbin:/sbin"',
    'mount --bind "$image" "$image"',
    ...Object.keys(mounts).map((path) => `mkdir -p "$image${path}"`),
    'mount -o remount,ro,bind "$image"',
    'mount -t tmpfs tmpfs "$image/tmp"; mount --rbind /dev "$image/dev"; mount -t proc proc "$image/proc"',
    ...Object.entries(mounts).map(([path, folder]) => `mount --bind "${folder}" "$image${path}"`),
    'exec chroot --userspec="$user" "$image" /usr/bin/env -i "$@"',
  ].join("\n");
  const args = [
    "--mount",
    "--propagation",
    "private",
    "/bin/sh",
    "-c",
    script,
    "sh",
    mounted,
    User,
    ...Env,
    ...command,
  ];
  return startCommand("unshare", args, {});
}
