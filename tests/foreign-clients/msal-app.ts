import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { OwnCertificate } from "../../packages/tenant/test/fixtures/own-certificate.ts";

/** The only argument of `msal-app-program.ts`. */
export interface AppSettings {
  authority: string;
  clientId: string;
  /** The thumbprint that identifies the certificate: MSAL signs PS256 with one, RS256 with the other. */
  thumbprint: "sha256" | "sha1";
  requests: { scopes: string[]; skipCache?: boolean }[];
}

export interface AppOutcome {
  accessToken?: string;
  fromCache?: boolean;
  account?: unknown;
  error?: { name: string; code: string; message: string };
}

/** Runs it to its end in a separate process that trusts the tenant's CA through NODE_EXTRA_CA_CERTS. */
export async function runMsalApp(settings: AppSettings, own: OwnCertificate, caFile: string): Promise<AppOutcome[]> {
  const program = fileURLToPath(new URL("./msal-app-program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, JSON.stringify(settings)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(own.privateKey + own.certificate);
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return JSON.parse(output) as AppOutcome[];
}
