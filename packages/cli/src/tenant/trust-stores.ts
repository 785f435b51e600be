import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LocalCa } from "@doorcode/tenant/operator";

/** A trust store of this user's browsers. */
export interface TrustStore {
  /** Name for the user. */
  label: string;
  has(ca: LocalCa): boolean;
  /** Undefined on success, else the tool's own message. */
  add(ca: LocalCa): string | undefined;
  remove(ca: LocalCa): string | undefined;
}

export interface TrustStores {
  stores: TrustStore[];
  /** What is missing to reach them, and how to get it. */
  missing?: string;
  /** Commands for an administrator, to make every program of the machine trust it. */
  forAll(ca: LocalCa): { add: string; remove: string } | undefined;
}

export function trustStores(home: string, env: NodeJS.ProcessEnv = process.env): TrustStores {
  if (process.platform === "darwin") return { stores: [macKeychain(home)], forAll: () => undefined };
  if (process.platform === "win32") return { stores: [windowsStore(env)], forAll: () => undefined };
  if (spawnSync("certutil", ["-H"], { stdio: "ignore" }).error) {
    const missing =
      "It takes certutil to change the browsers' stores, and it is not installed.\n" +
      "Debian, Ubuntu: sudo apt install libnss3-tools; Fedora: sudo dnf install nss-tools; Arch: sudo pacman -S nss";
    return { stores: [], missing, forAll: systemFolder };
  }
  return { stores: nssFolders(home, env).map(([label, folder]) => nssStore(label, folder)), forAll: systemFolder };
}

/** Chromium's own, in whichever of its places it is, and each profile of Firefox. */
function nssFolders(home: string, env: NodeJS.ProcessEnv): [label: string, folder: string][] {
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : join(home, ".local/share");
  const chromium = [join(home, ".pki/nssdb"), join(data, "pki/nssdb"), join(home, "snap/chromium/current/.pki/nssdb")];
  const there = chromium.filter((folder) => existsSync(join(folder, "cert9.db")));
  const profiles = [
    ".mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
  ]
    .map((folder) => join(home, folder))
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((profile) => join(folder, profile)))
    .filter((profile) => existsSync(join(profile, "cert9.db")));
  return [
    // Where Chromium looks first; it creates the folder when it needs it.
    ...(there.length > 0 ? there : [chromium[0] as string]).map((folder): [string, string] => [
      "Chromium, Chrome",
      folder,
    ]),
    ...profiles.map((profile): [string, string] => ["Firefox", profile]),
  ];
}

function nssStore(label: string, folder: string): TrustStore {
  const certutil = (...args: string[]) => run("certutil", ["-d", `sql:${folder}`, ...args]);
  return {
    label: `${label} (${folder})`,
    has: ({ name }) => existsSync(join(folder, "cert9.db")) && certutil("-L", "-n", name) === undefined,
    add({ file, name }) {
      if (!existsSync(join(folder, "cert9.db"))) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const made = certutil("-N", "--empty-password");
        if (made !== undefined) return made;
      }
      // For web sites only, not for mail and programs.
      return certutil("-A", "-t", "C,,", "-n", name, "-i", file);
    },
    remove: ({ name }) => certutil("-D", "-n", name),
  };
}

function macKeychain(home: string): TrustStore {
  const keychain = join(home, "Library/Keychains/login.keychain-db");
  const security = (...args: string[]) => run("/usr/bin/security", args);
  return {
    label: `the login keychain (${keychain})`,
    has: ({ name, sha1 }) => {
      const found = spawnSync("/usr/bin/security", ["find-certificate", "-a", "-Z", keychain], { encoding: "utf8" });
      return name !== "" && (found.stdout ?? "").includes(sha1);
    },
    add: ({ file }) => security("add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, file),
    remove: ({ file, sha1 }) =>
      security("remove-trusted-cert", file) ?? security("delete-certificate", "-Z", sha1, keychain),
  };
}

function windowsStore(env: NodeJS.ProcessEnv): TrustStore {
  // The PATH may have the certutil of NSS.
  const tool = join(env.SystemRoot ?? "C:\\Windows", "System32", "certutil.exe");
  const certutil = (...args: string[]) => run(tool, ["-user", ...args]);
  return {
    label: "your trusted root certificates",
    has: ({ sha1 }) => certutil("-verifystore", "Root", sha1) === undefined,
    add: ({ file }) => certutil("-addstore", "Root", file),
    remove: ({ sha1 }) => certutil("-delstore", "Root", sha1),
  };
}

/** Where a Linux distribution reads certificates for every program. */
function systemFolder({ file, name }: LocalCa): { add: string; remove: string } | undefined {
  const at = `${name.toLowerCase().replaceAll(" ", "-")}.crt`;
  for (const [folder, update] of [
    ["/usr/local/share/ca-certificates", "update-ca-certificates"],
    ["/etc/pki/ca-trust/source/anchors", "update-ca-trust"],
    ["/etc/ca-certificates/trust-source/anchors", "update-ca-trust"],
  ] as const) {
    if (!existsSync(folder)) continue;
    return {
      add: `sudo install -m 644 '${file.replaceAll("'", "'\\''")}' ${folder}/${at} && sudo ${update}`,
      remove: `sudo rm ${folder}/${at} && sudo ${update}`,
    };
  }
  return undefined;
}

function run(command: string, args: string[]): string | undefined {
  const { status, error, stderr, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 60_000 });
  if (status === 0) return undefined;
  return error?.message ?? (`${stderr}`.trim() || `${stdout}`.trim() || `${command} exited with ${status}`);
}
