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
import type { Arguments } from "../arguments.ts";
import { CommandError, UsageError } from "../exit-codes.ts";
import { presenter } from "../login.ts";
import { say } from "../output.ts";
import { certificatesIn } from "../settings.ts";
import type { Target } from "./inputs.ts";

/** Entra's "Microsoft Graph Command Line Tools", which every tenant knows; Doorcode's own tenant answers to it too. */
const defaultClientId = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
const defaultAppName = { entra: "Microsoft Graph Command Line Tools", doorcode: "Doorcode command line" };

/** What the administrator is asked for. */
export interface Needed {
  /** Delegated permissions of Microsoft Graph. */
  scopes: string[];
  /** Directory roles of Entra that have them. */
  roles: string[];
}

/**
 * Works with the tenant's Graph in an administrator's name: by a token from stdin, by an app's certificate, else by a sign-in
 * that ends with the work, at the issuer too where it can be told, and is kept nowhere. In the browser where there is one,
 * so that nobody learns to type a code for such rights.
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
    // What is done is done, whether the issuer hears of the end or not; its tokens are in no memory but this process's.
    await session.signOut({ everywhere: true }).catch(() => undefined);
  }
}

/** As the page of the issuer will name it. */
function appOf(given: Arguments, { kind }: Target): { appName?: string } {
  return given.flag("client-id") ? {} : { appName: defaultAppName[kind] };
}

/** Said before anybody signs in, so that the right person does. */
function needs({ kind, authority }: Target, { scopes, roles }: Needed): string {
  const who =
    kind === "entra"
      ? `who has the ${roles.length > 1 ? "roles" : "role"} ${roles.join(", ")}.`
      : "of the tenant.\nTo make one: doorcode tenant users add EMAIL --administrator";
  return [
    "Sign in as an administrator",
    ` ${who}\n\n  ${authority}\n\n`,
    "For as long as this command runs it asks for:\n\n",
    ...scopes.map((scope) => `  ${scope}\n`),
  ].join("");
}

function notAdministrator(cause: DoorcodeError): CommandError {
  return new CommandError(
    "administrator_needed",
    "Who signed in is no administrator of this tenant.",
    "Make one: doorcode tenant users add EMAIL --administrator, then run the command again.",
    { cause },
  );
}

/** AADSTS number of a tenant of Doorcode's that grants a program no administrative scopes, or not by device code. */
const SCOPES_REFUSED = 650057;

function administrationRefused(cause: DoorcodeError, browser: boolean): CommandError {
  const message = browser
    ? "The tenant lets this program ask for no administrator's rights."
    : "The tenant grants no administrator's rights by device code.";
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
    throw new UsageError("What stands on stdin is no access token.", "It is the token alone, on one line.");
  }
  return token;
}

/**
 * The way to the tenant's Graph for CI: an app that signs in by its certificate, without a person. It needs application
 * permissions, which an administrator has given it; Graph names those that are missing.
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
      "--certificate signs in as an app of yours, which --client-id names.",
      "doorcode prepare --certificate ci.pem --client-id ID …",
    );
  }
  const certificate = readCertificateFile(given.text("certificate") ?? "");
  const scope = "https://graph.microsoft.com/.default";
  const token = appToken({ authority, clientId, certificate, scope, signal, ...(ca && { ca }) });
  const who = kind === "entra" ? "which an administrator consents to in the portal" : "which --administrator gives it";
  say(
    `The app ${clientId} signs in to ${authority} by its certificate.\nIts application permissions, ${who}:\n${permissions.map((name) => `  ${name}`).join("\n")}`,
  );
  // Here and not at Graph's first request, where it would look as if Graph could not be reached.
  await token();
  return graphWithToken(kind, base, { token, ca, signal });
}

/** The way to a tenant's Graph with a token that came from elsewhere. A redirect is refused: Graph has none. */
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
