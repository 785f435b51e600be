import "reflect-metadata";
import { X509Certificate as NodeCertificate } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { X509Certificate } from "@peculiar/x509";
import { checkDataDir, homeFolder, naming, readFileIfThere } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { NAME_CONSTRAINTS, permitsHost } from "../server/certificates.ts";
import { exitCodes, printResult, say } from "./terminal.ts";
import { type TrustedCa, type TrustStore, trustStores } from "./trust-stores.ts";

export interface TrustOptions {
  data: string;
  remove?: boolean;
  /** Do not ask. */
  yes?: boolean;
  /** Only the path of the CA. */
  print?: boolean;
}

/** Puts the data folder's CA into this user's browsers, or takes it out; says what it does and what it could not. */
export async function trust(options: TrustOptions): Promise<number> {
  const ca = await caOf(options.data);
  if (options.print) {
    printResult(ca.file);
    return exitCodes.done;
  }
  const { stores, missing, forAll } = trustStores(homeFolder());
  if (missing !== undefined) throw new TenantError("trust_store_missing", "Nothing was changed.", missing);
  const wanted = stores.filter((store) => store.has(ca) === (options.remove === true));
  if (wanted.length === 0) say(options.remove ? "No browser of yours trusts it." : "Your browsers trust it already.");
  else if (!(await agreed(ca, wanted, options))) {
    say("Nothing was changed.");
    return exitCodes.done;
  }
  const failed = wanted.filter((store) => !changed(store, ca, options.remove === true));
  if (wanted.length > 0 && failed.length === 0) say("Done.");
  const everywhere = forAll(ca);
  if (everywhere) {
    const what = options.remove
      ? "If every program of this machine was made to trust it"
      : "For every program of this machine";
    say(`\n${what}, run as an administrator:\n  ${options.remove ? everywhere.remove : everywhere.add}`);
  }
  return failed.length === 0 ? exitCodes.done : exitCodes.unexpected;
}

async function caOf(data: string): Promise<TrustedCa> {
  const dir = await checkDataDir(data);
  const file = join(dir, "ca.pem");
  const pem = await naming(file, () => readFileIfThere(file));
  if (pem === undefined) {
    throw new TenantError(
      "ca_missing",
      `${dir} has no CA.`,
      `Start the tenant once: doorcode tenant start --data ${dir}`,
    );
  }
  try {
    // A CA that may vouch for any name is not ours, and is put nowhere.
    if (!permitsHost(new X509Certificate(pem).getExtension(NAME_CONSTRAINTS), "localhost"))
      throw new Error("unlimited");
    const { fingerprint } = new NodeCertificate(pem);
    const sha1 = fingerprint.replaceAll(":", "");
    return { file, sha1, name: `Doorcode local CA ${sha1.slice(0, 8)}` };
  } catch (cause) {
    const hint = "Only a CA that a tenant made is put into a browser. Restore the file from a backup.";
    throw new TenantError("ca_damaged", `${file} is no CA that is limited to this machine.`, hint, { cause });
  }
}

async function agreed(
  { file, name }: TrustedCa,
  stores: TrustStore[],
  { remove, yes }: TrustOptions,
): Promise<boolean> {
  const places = stores.map(({ label }) => `  ${label}`).join("\n");
  say(
    remove
      ? `${name} (${file}) is taken out of:\n${places}`
      : `${name} (${file}) is put into:\n${places}\n\n` +
          "It can vouch for this computer's own names and the tenant's host alone.\n" +
          "Whoever reads its key in the data folder can pose as those.",
  );
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new TenantError("usage", "Nobody is here to say yes.", "Run it at a terminal, or with --yes.");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question("\nGo on? [y/N] ")).trim());
  } finally {
    terminal.close();
  }
}

function changed(store: TrustStore, ca: TrustedCa, remove: boolean): boolean {
  const problem = attempt(() => (remove ? store.remove(ca) : store.add(ca)));
  // The store has the last word, not the tool's exit code.
  const done = problem === undefined && store.has(ca) !== remove;
  // Of those that changed the list was shown before.
  if (!done) say(`Failed: ${store.label}: ${problem ?? "no change"}`);
  return done;
}

/** A folder of a browser that cannot be written is that store's failure alone. */
function attempt(change: () => string | undefined): string | undefined {
  try {
    return change();
  } catch (error) {
    return (error as Error).message;
  }
}
