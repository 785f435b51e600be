import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "./secure-url.ts";

/** As `http` in connections.ts. */
const tls = process.getBuiltinModule("node:tls");

/** What to trust for a host; undefined: Node's own defaults hold. */
export type TrustFor = (hostname: string) => SecureContext | undefined;

/**
 * The caller's certificates beside the defaults. Node's `ca` option replaces the defaults, NODE_EXTRA_CA_CERTS included, so
 * they are put back here. Public authorities vouch for no name of this machine, and reading all their certificates costs as
 * much as starting Node.js: a loopback host does without them.
 */
export function trustedRoots(extra: string | string[] | undefined): TrustFor {
  const added = extra === undefined ? [] : [extra].flat();
  if (added.length === 0) return () => undefined;
  for (const pem of added) {
    if (!pem.includes("-----BEGIN CERTIFICATE-----"))
      throw new DoorcodeError("configuration", {
        detail: "`ca` holds something else than certificates in PEM.",
        hint: "It is the text of a file that has -----BEGIN CERTIFICATE----- in it, not the file's name.",
      });
  }
  const local = once(() => contextOf([...environmentRoots(), ...added]));
  const everywhere = once(() => contextOf([...defaultRoots(), ...added]));
  return (hostname) => (isLoopback(hostname) ? local() : everywhere());
}

function contextOf(ca: string[]): SecureContext {
  try {
    return tls.createSecureContext({ ca });
  } catch (cause) {
    throw new DoorcodeError("configuration", {
      detail: "`ca` holds a certificate that cannot be read.",
      hint: "Check the file with: openssl x509 -in FILE -noout -subject",
      cause,
    });
  }
}

function defaultRoots(): readonly string[] {
  // From Node.js 22.15 on; it knows of --use-system-ca as well.
  if (typeof tls.getCACertificates === "function") return tls.getCACertificates("default");
  return [...tls.rootCertificates, ...environmentRoots()];
}

function environmentRoots(): string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (!file) return [];
  try {
    return [readFileSync(file, "utf8")];
  } catch {
    // Node itself only warns about a file that it cannot read.
    return [];
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * The CA to trust beside the system's when the program names none: the file in DOORCODE_CA_FILE, else, for an authority on
 * this machine, the one that `doorcode tenant start` wrote into its data folder (XDG Base Directory Specification).
 */
export function defaultCa(authority: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.DOORCODE_CA_FILE) return read(env.DOORCODE_CA_FILE);
  if (!isLoopback(new URL(authority).hostname)) return undefined;
  const folder = tenantFolder(env);
  const file = folder && join(folder, "ca.pem");
  return file && existsSync(file) ? read(file) : undefined;
}

/** Undefined where this user has no home folder. */
function tenantFolder(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode", "tenant");
  const { XDG_DATA_HOME: data } = env;
  try {
    const base = data && isAbsolute(data) ? data : join(env.HOME || homedir(), ".local", "share");
    return join(base, "doorcode", "tenant");
  } catch {
    return undefined;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new DoorcodeError("configuration", {
      detail: `the CA file ${file} cannot be read.`,
      hint: "Name one that is there by DOORCODE_CA_FILE, or unset it.",
      cause,
    });
  }
}
