// A service on the published `@azure/msal-node` that signs in with its certificate: one application, these requests in
// sequence, a JSON list of outcomes on stdout. The PEM of key and certificate is on stdin.
import { createHash, X509Certificate } from "node:crypto";
import { text } from "node:stream/consumers";
import { AuthError, type AuthenticationResult, ConfidentialClientApplication } from "@azure/msal-node";
import type { AppOutcome, AppSettings } from "./msal-app.ts";

const { authority, clientId, requests, thumbprint } = JSON.parse(process.argv[2] ?? "{}") as AppSettings;
const pem = await text(process.stdin);
const part = (label: string) => new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem)![0];
const x5c = part("CERTIFICATE");
const der = new X509Certificate(x5c).raw;
const hex = (hash: string) => createHash(hash).update(der).digest("hex");
const application = new ConfidentialClientApplication({
  auth: {
    authority,
    clientId,
    knownAuthorities: [new URL(authority).host],
    clientCertificate: {
      ...(thumbprint === "sha1" ? { thumbprint: hex("sha1") } : { thumbprintSha256: hex("sha256") }),
      privateKey: part("PRIVATE KEY"),
      x5c,
    },
  },
});

const outcomes: AppOutcome[] = [];
for (const request of requests) {
  outcomes.push(await application.acquireTokenByClientCredential(request).then(tokenOf, described));
}
process.stdout.write(JSON.stringify(outcomes));

function tokenOf(result: AuthenticationResult | null): AppOutcome {
  return { accessToken: result!.accessToken, fromCache: result!.fromCache, account: result!.account };
}

function described(error: unknown): AppOutcome {
  if (!(error instanceof AuthError)) throw error;
  return { error: { name: error.name, code: error.errorCode, message: error.errorMessage } };
}
