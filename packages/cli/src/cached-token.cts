// `doorcode token` when the store already has one: this file, the store's reader, and nothing else.
import type { Environment } from "./kept-sign-in.cts";

type Kept = typeof import("./kept-sign-in.cts");

interface Asked {
  profile: string | undefined;
  scopes: string[];
  minTtl: string | undefined;
  json: boolean;
}

/** What to print for these arguments (those after `token`), or undefined: then the whole command line has to look at them. */
function fromStore(argv: readonly string[], env: Environment, kept: Kept): string | undefined {
  const asked = scan(argv);
  if (asked === undefined) return undefined;
  const minTtlMs = asked.minTtl === undefined ? undefined : kept.parseDuration(asked.minTtl);
  if (asked.minTtl !== undefined && minTtlMs === undefined) return undefined;
  const read = kept.readRecords(env);
  if (!("records" in read)) return undefined;
  const profile = kept.keptProfile(read.records, kept.profileName(asked.profile, env));
  if (profile === undefined || !kept.isProfileMeant(profile, env)) return undefined;
  const account = kept.keptAccount(read.records, profile);
  const scopes = asked.scopes.length > 0 ? kept.scopesOf(asked.scopes) : profile.scopes;
  const token = account && kept.keptToken(read.records, profile, scopes);
  if (account === undefined || token === undefined || !kept.lasts(token, Date.now(), minTtlMs)) return undefined;
  const { username } = account;
  return asked.json ? tokenEvent({ ...token, username }) : `${token.token}\n`;
}

/** Also for a token that came from the issuer. */
function tokenEvent(kept: { token: string; expires_at: number; scopes: string[]; username: string }): string {
  const members = {
    access_token: kept.token,
    token_type: "Bearer",
    expires_at: new Date(kept.expires_at).toISOString(),
    scopes: kept.scopes,
    username: kept.username,
  };
  return `${JSON.stringify({ v: 1, event: "token", ...members })}\n`;
}

/** By hand: the few options of the frequent case; everything else is for the command line proper. */
function scan(argv: readonly string[]): Asked | undefined {
  const asked: Asked = { profile: undefined, scopes: [], minTtl: undefined, json: false };
  for (let at = 0; at < argv.length; at++) {
    const [name, inline] = split(argv[at] as string);
    if (name === "--json" && inline === undefined) {
      asked.json = true;
      continue;
    }
    if (name !== "--scope" && name !== "--profile" && name !== "--min-ttl") return undefined;
    const value = inline ?? argv[++at];
    if (!value || (inline === undefined && value.startsWith("-"))) return undefined;
    if (name === "--scope") asked.scopes.push(value);
    else if (name === "--profile") asked.profile = value;
    else asked.minTtl = value;
  }
  return asked;
}

function split(argument: string): [name: string, inline: string | undefined] {
  const equals = argument.indexOf("=");
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

export declare const cachedToken: typeof fromStore;
export declare const formatToken: typeof tokenEvent;
module.exports = { cachedToken: fromStore, formatToken: tokenEvent };
