import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { SecureContext } from "node:tls";
import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "./secure-url.ts";

/** See `http` in connections.ts. */
const tls = process.getBuiltinModule("node:tls");

/** The certificates to trust for a host; undefined: Node's own defaults. */
export type TrustFor = (hostname: string) => SecureContext | undefined;

/**
 * The caller's certificates in addition to the defaults. Node's `ca` option replaces the defaults, including
 * NODE_EXTRA_CA_CERTS, so they are added here. Loopback hosts do without them: public authorities issue no certificates
 * for loopback names, and reading all of them takes as long as starting Node.js.
 */
export function trustedRoots(extra: string | string[] | undefined): TrustFor {
  const added = extra === undefined ? [] : [extra].flat();
  if (added.length === 0) return () => undefined;
  for (const pem of added) {
    if (!pem.includes("-----BEGIN CERTIFICATE-----"))
      throw new DoorcodeError("configuration", {
        detail: "the option ca must contain certificates in PEM format.",
        hint: "Pass the text of a file that contains -----BEGIN CERTIFICATE-----, not its name.",
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
      detail: "the option ca contains a certificate that cannot be read.",
      hint: "Check the file: openssl x509 -in FILE -noout -subject",
      cause,
    });
  }
}

function defaultRoots(): readonly string[] {
  // Available from Node.js 22.15 on; it also respects --use-system-ca.
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
 * The CA to trust in addition to the system's if the program names none: the file in DOORCODE_CA_FILE; otherwise, for
 * an authority on this machine, the one that `doorcode tenant start` wrote to its data folder (XDG Base Directory
 * Specification).
 */
export function defaultCa(authority: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.DOORCODE_CA_FILE) return read(env.DOORCODE_CA_FILE);
  if (!isLoopback(new URL(authority).hostname)) return undefined;
  const folder = tenantFolder(env);
  const file = folder && join(folder, "ca.pem");
  return file && existsSync(file) ? read(file) : undefined;
}

/** Undefined if this user has no home folder. */
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
      hint: "Set DOORCODE_CA_FILE to an existing file, or unset it.",
      cause,
    });
  }
}
