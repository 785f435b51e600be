import { hostname } from "node:os";
import { resolve } from "node:path";
import { choosePresenter, jsonPresenter, localTenant, type Presenter } from "@doorcode/client";
import { membersOfCredential, rememberedCredential } from "./client-credential.ts";
import type { Arguments } from "./definition/command.ts";
import { exitCodes, UsageError } from "./exit-codes.ts";
import { localTargetOf } from "./local-login.ts";
import type { LocalTarget } from "./local-target.ts";
import { events, say } from "./output.ts";
import { certificatesIn, clientFor, givenCaFile, openSettings, remember, type Settings } from "./settings.ts";
import { isSameApp, type Profile, parseDuration, scopesOf } from "./stored-session.cts";

export async function run(given: Arguments, signal: AbortSignal): Promise<number> {
  const timeoutMs = timeoutOf(given);
  const via = wayOf(given);
  const expectAccount = given.text("expect-account");
  const opened = await openSettings(given);
  const target = await localTargetOf({
    authority: given.text("authority") || process.env.DOORCODE_AUTHORITY || undefined,
    clientId: given.text("client-id") || process.env.DOORCODE_CLIENT_ID || undefined,
    scopes: scopesOf(given.list("scope")),
    hasCredential: (opened.credential ?? rememberedCredential(opened.profile ?? {})) !== undefined,
    kept: opened.profile,
  });
  if (target?.insteadOf !== undefined) {
    say(`${target.insteadOf}, which this profile remembers, does not run.\nSigning in at ${target.authority}.`);
  }
  const settings = target === undefined ? opened : { ...opened, caFile: givenCaFile(given) ?? target.caFile };
  const asked = profileFrom(given, settings, target);
  await refuseWithoutScheme(asked.authority, settings);
  const { claims, ...profile } = asked;
  const deviceName = hostname().slice(0, 40);
  const client = clientFor(profile, settings, deviceNameToSend(hostname()));
  await client.signIn({
    signal,
    via,
    present: remembering(
      presenter(given, { deviceName, ...(target && { appName: target.appName }) }),
      (account, notGranted) =>
        remember(settings, {
          ...profile,
          authority: account.authority,
          clientId: account.clientId,
          accountId: account.id,
          ...(notGranted && { notGranted }),
        }),
    ),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(expectAccount !== undefined && { expectAccount }),
    ...(claims !== undefined && { claims }),
  });
  return exitCodes.done;
}

/**
 * This machine's name, as the page of a tenant shows it. Tenants refuse a name that looks like a web address or a
 * telephone number, and a sign-in must not fail because of it: the domain is left out, and so is a name with many digits.
 */
export function deviceNameToSend(host: string): { deviceName?: string } {
  const [label = ""] = host.split(".");
  const digits = label.replace(/\D/g, "").length;
  return label === "" || digits > 6 ? {} : { deviceName: label.slice(0, 40) };
}

function timeoutOf(given: Arguments): number | undefined {
  const text = given.text("timeout");
  return text === undefined ? undefined : parseDuration(text);
}

function wayOf(given: Arguments): "device" | "browser" {
  if (given.flag("browser") && given.flag("device")) {
    throw new UsageError("--browser and --device cannot be used together.", "See: doorcode login --help");
  }
  return given.flag("browser") ? "browser" : "device";
}

/** From the command line, else the environment, else the profile. */
function profileFrom(
  given: Arguments,
  { profile: kept, caFile, credential }: Settings,
  target: LocalTarget | undefined,
): Profile {
  const authority = target?.authority || given.text("authority") || process.env.DOORCODE_AUTHORITY || kept?.authority;
  const clientId = target?.clientId || given.text("client-id") || process.env.DOORCODE_CLIENT_ID || kept?.clientId;
  if (!authority || !clientId) {
    const missing = authority ? "application" : "issuer";
    throw new UsageError(
      `Missing the ${missing} to sign in to.`,
      "Sign in: doorcode login --authority URL --client-id ID --scope SCOPE\n" +
        "Or start your own tenant, then sign in again: doorcode tenant start",
    );
  }
  // Remembered values belong to one app at one issuer.
  const same = kept && isSameApp(kept, { authority, clientId }) ? kept : undefined;
  const wanted = given.list("scope").length > 0 ? scopesOf(given.list("scope")) : same?.scopes;
  const scopes = (given.list("scope").length > 0 && target?.scopes) || wanted || target?.scopes || [];
  const origins =
    given.list("origin").length > 0 ? given.list("origin") : (same?.apis ?? []).map(({ origin }) => origin);
  const deviceEndpoint = given.text("device-endpoint") ?? same?.deviceEndpoint;
  const tokenEndpoint = given.text("token-endpoint") ?? same?.tokenEndpoint;
  return {
    authority,
    clientId,
    accountId: null,
    scopes,
    apis: origins.map((origin) => ({ origin: originOf(origin), scopes })),
    ...(caFile !== undefined && { caFile: resolve(caFile) }),
    ...membersOfCredential(credential ?? rememberedCredential(same ?? {})),
    ...(deviceEndpoint !== undefined && { deviceEndpoint }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(same?.claims !== undefined && { claims: same.claims }),
  };
}

/** `localhost:8443` has no scheme and no tenant's path: asks the tenant there for its authority. */
async function refuseWithoutScheme(authority: string, { caFile }: Settings): Promise<void> {
  // The text before an @ may be a password.
  if (/^https?:\/\//i.test(authority) || authority.includes("@")) return;
  const ca = certificatesIn(caFile);
  const meant = await localTenant(authority, { ...(ca !== undefined && { ca }) });
  if (meant === undefined) return;
  throw new UsageError(`The authority ${authority} is not a URL that begins with https://.`, `Did you mean ${meant}?`);
}

export const originOf = (text: string): string => (URL.canParse(text) ? new URL(text).origin : text);

export function presenter(given: Arguments, shown: { deviceName: string; appName?: string }): Presenter {
  if (given.flag("json")) return jsonPresenter({ stream: events });
  const how = { qr: !given.flag("no-qr"), verbose: given.flag("verbose") };
  return choosePresenter({ stream: process.stderr, env: process.env, ...how, ...shown });
}

/** Stores the profile before it shows "signed in", because a program may then ask for a token at once. */
function remembering(
  presenter: Presenter,
  keep: (
    account: { id: string; authority: string; clientId: string },
    notGranted: string[] | undefined,
  ) => Promise<void>,
): Presenter {
  return {
    async show(event, about) {
      if (event.event === "signed_in") await keep(event.account, event.notGranted);
      await presenter.show(event, about);
    },
    end: (outcome) => presenter.end?.(outcome),
  };
}
