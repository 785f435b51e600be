import { printDecoded, tokenFromStdin } from "./decode-token.ts";
import type { Arguments } from "./definition/command.ts";
import { exitCodes, UsageError } from "./exit-codes.ts";
import { say } from "./output.ts";
import { clientFor, openSettings, signedIn, wantedScopes } from "./settings.ts";
import {
  describeStatus,
  formatToken,
  parseDuration,
  personOf,
  storeDirectoryOf,
  storedAccount,
  storedToken,
} from "./stored-session.cts";

/** `doorcode token` where the fast path cannot answer: no token that lasts long enough, or `--explain` and `--decode`. */
export async function runToken(given: Arguments, signal: AbortSignal): Promise<number> {
  const decode = given.flag("decode");
  const [word] = given.words;
  if (word !== undefined) {
    if (!decode)
      throw new UsageError("doorcode token takes no arguments, besides options.", "See: doorcode token --help");
    printDecoded(await tokenFromStdin(word), { json: given.flag("json") });
    return exitCodes.done;
  }
  const minTtl = given.text("min-ttl");
  const minTtlMs = minTtl === undefined ? undefined : parseDuration(minTtl);
  const settings = await openSettings(given);
  const profile = signedIn(settings);
  const scopes = wantedScopes(given, profile);
  const records = Object.fromEntries((await settings.store.read()).records);
  const account = storedAccount(records, profile);
  // Scopes from the command line are required. Those of the profile may lack what was not granted.
  const allowFewerScopes = given.list("scope").length === 0;
  const before = account && storedToken(records, profile, scopes, allowFewerScopes);
  const client = clientFor(profile, settings);
  const token = await client.getToken({
    account: profile.accountId,
    scopes,
    allowFewerScopes,
    signal,
    ...(minTtlMs !== undefined && { minTtlMs }),
  });
  const username = account?.username ?? profile.accountId;
  if (decode) printDecoded(token.token, { json: given.flag("json") });
  else process.stdout.write(given.flag("json") ? formatToken(token, username) : `${token.token}\n`);
  if (given.flag("explain")) {
    const left = Math.max(0, Math.round((token.expiresAt - Date.now()) / 60_000));
    const cached = before?.token === token.token;
    say(
      [
        `From       ${cached ? "the store, without a request" : "the issuer, renewed just now"}`,
        `Account    ${account ? personOf(account) : profile.accountId}`,
        `Issuer     ${account?.issuer ?? profile.authority}`,
        `Client ID  ${profile.clientId}`,
        `Scopes     ${token.scopes.join(" ")}`,
        `Valid for  ${left} minute${left === 1 ? "" : "s"}, until ${new Date(token.expiresAt).toISOString()}`,
        `Profile    ${settings.name}, in ${storeDirectoryOf(process.env)}`,
      ].join("\n"),
    );
  }
  return exitCodes.done;
}

/** `doorcode status` where the fast path cannot answer: other options, or a store that cannot be read. */
export async function runStatus(given: Arguments): Promise<number> {
  const { store, name } = await openSettings(given);
  const how = { json: given.flag("json"), columns: process.stdout.columns ?? 80, env: process.env, profile: name };
  const shown = describeStatus(Object.fromEntries((await store.read()).records), how);
  process.stdout.write(shown.stdout);
  process.stderr.write(shown.stderr);
  return shown.exit;
}
