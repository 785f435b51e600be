import { hostname } from "node:os";
import { text } from "node:stream/consumers";
import {
  appToken,
  bearerFetch,
  createClient,
  type DoorcodeError,
  hasDisplay,
  memoryStore,
  readCertificateFile,
} from "@doorcode/client";
import type { GraphAccess } from "@doorcode/prepare";
import type { Arguments } from "../definition/command.ts";
import { CommandError, UsageError } from "../exit-codes.ts";
import { presenter } from "../login.ts";
import { say } from "../output.ts";
import { certificatesIn } from "../settings.ts";
import type { Target } from "./inputs.ts";

/** Entra's "Microsoft Graph Command Line Tools", which every tenant has. A Doorcode tenant has it as well. */
const defaultClientId = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const defaultAppName = { entra: "Microsoft Graph Command Line Tools", doorcode: "Doorcode command line" };

/** What the administrator has to allow. */
export interface Needed {
  /** Delegated permissions of Microsoft Graph. */
  scopes: string[];
  /** Directory roles of Entra that have them. */
  roles: string[];
}

/**
 * Works with the tenant's Graph as an administrator: with a token from stdin, an app's certificate, or a sign-in. The
 * sign-in is stored nowhere and is revoked at the end. It uses the browser where there is one, so that administrators do
 * not get used to typing codes for such permissions.
 */
export async function asAdministrator<Result>(
  given: Arguments,
  target: Target,
  needed: Needed,
  signal: AbortSignal,
  work: (graph: GraphAccess) => Promise<Result>,
): Promise<Result> {
  const { kind, graph: base } = target;
  const origin = new URL(base).origin;
  const ca = certificatesIn(given.text("ca-file"));
  if (given.flag("token-stdin")) {
    return work(graphWithToken(kind, base, { token: await tokenFromStdin(), ca, signal }));
  }
  if (given.flag("certificate")) return work(await graphByCertificate(given, target, needed.scopes, { ca, signal }));
  say(needs(target, needed));
  const scopes = needed.scopes.map((scope) => `https://graph.microsoft.com/${scope}`);
  const client = createClient({
    authority: target.authority,
    clientId: given.text("client-id") ?? defaultClientId,
    apis: [{ origin, scopes }],
    store: memoryStore(),
    engine: "entra",
    ...(ca && { ca }),
  });
  const browser = given.flag("browser") || (!given.flag("device") && hasDisplay(process.env, process.platform));
  const session = await client
    .signIn({
      signal,
      via: browser ? "browser" : "device",
      present: presenter(given, { deviceName: hostname().slice(0, 40), ...appOf(given, target) }),
    })
    .catch((error: DoorcodeError) => {
      if (target.kind !== "doorcode") throw error;
      if (error.code === "blocked_by_policy") throw notAdministrator(error);
      throw error.aadsts === SCOPES_REFUSED ? administrationRefused(error, browser) : error;
    });
  try {
    const fetch: GraphAccess["fetch"] = (url, init) => session.fetch(url, { ...init, signal, redirect: "error" });
    return await work({ target: kind, base, fetch });
  } finally {
    // The result is valid even if the revocation fails; the tokens exist only in this process.
    await session.signOut({ everywhere: true }).catch(() => undefined);
  }
}

/** The name that the issuer's page shows. */
function appOf(given: Arguments, { kind }: Target): { appName?: string } {
  return given.flag("client-id") ? {} : { appName: defaultAppName[kind] };
}

/** Shown before the sign-in, so that the right person signs in. */
function needs({ kind, authority }: Target, { scopes, roles }: Needed): string {
  const who =
    kind === "entra"
      ? `who has the ${roles.length > 1 ? "roles" : "role"} ${roles.join(", ")}.`
      : "of the tenant.\nTo add one: doorcode tenant users add EMAIL --administrator";
  return [
    "Sign in as an administrator",
    ` ${who}\n\n  ${authority}\n\n`,
    "While this command runs, it uses these permissions:\n\n",
    ...scopes.map((scope) => `  ${scope}\n`),
  ].join("");
}

function notAdministrator(cause: DoorcodeError): CommandError {
  return new CommandError(
    "administrator_needed",
    "This account is not an administrator of the tenant.",
    "Add one, then run the command again: doorcode tenant users add EMAIL --administrator",
    { cause },
  );
}

/** AADSTS number of a Doorcode tenant that grants an app no administrative scopes, or none by device code. */
const SCOPES_REFUSED = 650057;

function administrationRefused(cause: DoorcodeError, browser: boolean): CommandError {
  const message = browser
    ? "The tenant does not allow this app to ask for administrative permissions."
    : "The tenant does not grant administrative permissions by device code.";
  const hint = browser
    ? "On its machine, run: doorcode tenant apps allow-administration CLIENT_ID"
    : "Use --browser, or on its machine: doorcode tenant token | doorcode prepare --token-stdin …";
  return new CommandError("administration_not_allowed", message, hint, { cause });
}

async function tokenFromStdin(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UsageError(
      "--token-stdin reads a token from a pipe.",
      "doorcode tenant token | doorcode prepare --token-stdin …",
    );
  }
  const token = (await text(process.stdin)).trim();
  if (!/^[A-Za-z0-9\-._~+/]{16,16384}=*$/.test(token)) {
    throw new UsageError(
      token === ""
        ? "The access token is read from stdin, which is empty."
        : "The input on stdin is not an access token.",
      "Pipe in only the token, on one line.",
    );
  }
  return token;
}

/**
 * Access to the tenant's Graph for CI: an app signs in with its certificate, without a user. It needs application
 * permissions, which an administrator grants. Graph's error names the missing ones.
 */
export async function graphByCertificate(
  given: Arguments,
  { kind, authority, graph: base }: Target,
  permissions: readonly string[],
  options: { ca: string | undefined; signal: AbortSignal },
): Promise<GraphAccess> {
  const { ca, signal } = options;
  const clientId = given.text("client-id");
  if (clientId === undefined) {
    throw new UsageError(
      "Missing option --client-id ID: the app that --certificate signs in as.",
      "doorcode prepare --certificate ci.pem --client-id ID …",
    );
  }
  const certificate = readCertificateFile(given.text("certificate") ?? "");
  const scope = "https://graph.microsoft.com/.default";
  const token = appToken({ authority, clientId, certificate, scope, signal, ...(ca && { ca }) });
  const who = kind === "entra" ? "which an administrator grants in the portal" : "which --administrator grants";
  say(
    `The app ${clientId} signs in to ${authority} with its certificate.\nIt needs these application permissions, ${who}:\n${permissions.map((name) => `  ${name}`).join("\n")}`,
  );
  // Here, because at Graph's first request a failure would look as if Graph could not be reached.
  await token();
  return graphWithToken(kind, base, { token, ca, signal });
}

/** Access to a tenant's Graph with a given token. Redirects are refused: Graph has none. */
export function graphWithToken(
  target: GraphAccess["target"],
  base: string,
  by: { token: string | (() => Promise<string>); ca?: string | undefined; signal?: AbortSignal },
): GraphAccess {
  const { token, ca, signal } = by;
  const fetch = bearerFetch({ origin: new URL(base).origin, token, ...(ca !== undefined && { ca }) });
  return {
    target,
    base,
    fetch: (url, init) => fetch(url, { ...init, redirect: "error", ...(signal && { signal }) }),
  };
}
