// Reads a profile from the store without a network request: the account, a token, the status. CommonJS, like the store's
// reader, because `doorcode token` and `doorcode status` load only these two files.
import type { Json, StoredAccount } from "@doorcode/client";
import type { StoredToken } from "@doorcode/client/read-store";

const { accountKey, defaultStoreDirectory, findToken, isFromFuture, lasts, readStoreFast, readStoredAccount } =
  require("@doorcode/client/read-store") as typeof import("@doorcode/client/read-store");

type Environment = Record<string, string | undefined>;
type Records = Record<string, Json>;

/** `default:<profile>`: what `doorcode login` remembers. */
interface Profile {
  authority: string;
  clientId: string;
  /** Null once the profile has signed out. */
  accountId: string | null;
  scopes: string[];
  apis: { origin: string; scopes: string[] }[];
  caFile?: string;
  /** Claims challenge of a web API, for the next sign-in. */
  claims?: string;
  /** Path of a confidential client's secret or private key; never its content. */
  clientSecretFile?: string;
  clientKeyFile?: string;
  /** Endpoints that the issuer's metadata does not name. */
  deviceEndpoint?: string;
  tokenEndpoint?: string;
  /** Scopes that the sign-in was not granted. */
  notGranted?: string[];
  [name: string]: Json | undefined;
}

const nameOfProfile = (option: string | undefined, env: Environment): string =>
  option ?? (env.DOORCODE_PROFILE || "default");

function profileOf(records: Records, name: string): Profile | undefined {
  const record = records[`default:${name}`];
  return record !== null && typeof record === "object" && !Array.isArray(record) ? (record as Profile) : undefined;
}

type App = Pick<Profile, "authority" | "clientId">;

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/**
 * The same app at the same issuer. Host and GUIDs are compared without case, the rest of a path with it: two issuers on
 * one host may differ only there.
 */
function isSame(one: App, other: App): boolean {
  const folded = (text: string) => text.replace(GUID, (id) => id.toLowerCase());
  const address = (text: string) => folded(URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, "");
  return address(one.authority) === address(other.authority) && folded(one.clientId) === folded(other.clientId);
}

/** False when the environment names another issuer or app than the profile's: the profile is not signed in there. */
function isMeant({ authority, clientId }: App, env: Environment): boolean {
  // The frequent case needs no comparison of addresses.
  if (!env.DOORCODE_AUTHORITY && !env.DOORCODE_CLIENT_ID) return true;
  const meant = { authority: env.DOORCODE_AUTHORITY || authority, clientId: env.DOORCODE_CLIENT_ID || clientId };
  return isSame(meant, { authority, clientId });
}

function accountOf(records: Records, { authority, clientId, accountId }: Profile): StoredAccount | undefined {
  if (accountId === null) return undefined;
  return readStoredAccount(records[accountKey({ authority, clientId, id: accountId })]);
}

/**
 * The profile's access token for these scopes, chosen as the client does. `fewer`: it may lack scopes that were not
 * granted, because they come from the profile and not from this command line.
 */
function tokenOf(
  records: Records,
  profile: Profile,
  scopes: readonly string[],
  fewer: boolean,
): StoredToken | undefined {
  const { authority, clientId, accountId } = profile;
  if (accountId === null) return undefined;
  return findToken(Object.entries(records), { authority, clientId, id: accountId }, scopes, fewer);
}

/** "90", "90s", "15m", "2h"; undefined for anything else. */
function milliseconds(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})(s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000);
}

/** Scopes are given one at a time, or several separated by spaces as in OAuth's parameter. */
const splitScopes = (given: readonly string[]): string[] =>
  [...new Set(given.join(" ").split(/[\s,]+/))].filter((scope) => scope !== "");

interface Asked {
  profile: string | undefined;
  scopes: string[];
  minTtl: string | undefined;
  json: boolean;
}

/**
 * What `doorcode token` prints for the arguments after `token`. Undefined when they need the full command line.
 */
function tokenFromStore(argv: readonly string[], env: Environment): string | undefined {
  const asked = scan(argv);
  if (asked === undefined) return undefined;
  const minTtlMs = asked.minTtl === undefined ? undefined : milliseconds(asked.minTtl);
  if (asked.minTtl !== undefined && minTtlMs === undefined) return undefined;
  const read = readStoreFast(undefined, env);
  if (!("records" in read)) return undefined;
  const profile = profileOf(read.records, nameOfProfile(asked.profile, env));
  if (profile === undefined || !isMeant(profile, env)) return undefined;
  const account = accountOf(read.records, profile);
  const given = asked.scopes.length > 0;
  const scopes = given ? splitScopes(asked.scopes) : profile.scopes;
  const token = account && tokenOf(read.records, profile, scopes, !given);
  if (account === undefined || token === undefined || !lasts(token, Date.now(), minTtlMs)) return undefined;
  return asked.json ? tokenEvent(token, account.username) : `${token.token}\n`;
}

/** Also for a token that came from the issuer. */
function tokenEvent(token: Pick<StoredToken, "token" | "expiresAt" | "scopes">, username: string): string {
  const members = {
    access_token: token.token,
    token_type: "Bearer",
    expires_at: new Date(token.expiresAt).toISOString(),
    scopes: token.scopes,
    username,
  };
  return eventLine("token", members);
}

/** Parses only the options of the frequent case; anything else needs the full command line. */
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

interface Shown {
  stdout: string;
  stderr: string;
  exit: 0 | 3;
}

/**
 * What `doorcode status` prints for the arguments after `status`. Undefined when they need the full command line.
 */
function statusFromStore(argv: readonly string[], env: Environment, columns: number): Shown | undefined {
  if (argv.some((argument) => argument !== "--json")) return undefined;
  const read = readStoreFast(undefined, env);
  if (!("records" in read)) return undefined;
  return describe(read.records, { json: argv.length > 0, columns, env, profile: undefined });
}

function describe(
  records: Records,
  how: { json: boolean; columns: number; env: Environment; profile: string | undefined },
): Shown {
  const name = nameOfProfile(how.profile, how.env);
  const profile = profileOf(records, name);
  const account = profile && isMeant(profile, how.env) ? accountOf(records, profile) : undefined;
  const token = profile && account && tokenOf(records, profile, profile.scopes, true);
  const notGranted = (account && (token?.notGranted ?? profile?.notGranted)) ?? [];
  const exit = account === undefined ? 3 : 0;
  if (how.json) {
    const members = {
      profile: name,
      signed_in: account !== undefined,
      account: account === undefined ? null : accountMembers(account),
      scopes: account === undefined ? [] : profile?.scopes,
      not_granted: notGranted,
      token: token
        ? { expires_at: new Date(token.expiresAt).toISOString(), expired: !lasts(token, Date.now(), 0) }
        : null,
      store: defaultStoreDirectory(how.env),
    };
    return { stdout: eventLine("status", members), stderr: "", exit };
  }
  if (profile === undefined || account === undefined) {
    const hint = profile
      ? `doorcode login${name === "default" ? "" : ` --profile ${name}`}`
      : "doorcode login --authority URL --client-id ID --scope SCOPE";
    return { stdout: `Not signed in (profile ${name}).\n`, stderr: `To sign in: ${withNpx(hint, how.env)}\n`, exit };
  }
  return { stdout: table(profile, account, { token, notGranted }, name, how.columns), stderr: "", exit };
}

function table(
  profile: Profile,
  account: StoredAccount,
  { token, notGranted }: { token: StoredToken | undefined; notGranted: string[] },
  name: string,
  columns: number,
): string {
  const rows: [label: string, value: string][] = [
    ["Authority", profile.authority],
    ["Client ID", profile.clientId],
    ["Scopes", profile.scopes.join(" ") || "none"],
    ...(notGranted.length > 0 ? [["Not granted", notGranted.join(" ")] as [string, string]] : []),
    ["Token", lifeOf(token)],
    ["Profile", name],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  // If a label and its value do not fit on one line, each gets its own.
  const fits = rows.every(([, value]) => value.length + width + 2 <= columns);
  const lines = rows.map(([label, value]) =>
    fits ? `  ${label.padEnd(width)}${visible(value)}` : `  ${label}\n    ${visible(value)}`,
  );
  return `Signed in as ${nameOf(account)}\n${lines.join("\n")}\n`;
}

function lifeOf(token: StoredToken | undefined): string {
  if (token === undefined) return "none; the next doorcode token gets one";
  if (isFromFuture(token, Date.now())) return "issued before the clock was set back; renewed when needed";
  const minutes = Math.floor((token.expiresAt - Date.now()) / 60_000);
  if (minutes < 0) return "expired; renewed when needed";
  if (minutes < 1) return "valid for less than a minute";
  return `valid for ${minutes} minute${minutes === 1 ? "" : "s"}`;
}

const nameOf = ({ name, username }: StoredAccount): string =>
  visible(name === null || name === username ? username : `${name} (${username})`);

/** JSON escapes only the first control characters; what else a terminal would execute is escaped here. */
const eventLine = (event: string, members: object): string =>
  `${JSON.stringify({ v: 1, event, ...members }).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`;

/** Names come from an issuer, and control characters in them could change what the terminal shows. Joiners are spelling. */
const visible = (text: string): string => text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");

/** What is between quotes, or "doorcode" where a command begins: on a line, after a colon or a pipe, or in backticks. */
const QUOTED_OR_COMMAND =
  /(?<![^\s(=])(?:'[^'\n]*(?:'\\''[^'\n]*)*'|"(?:[^"\\\n]|\\.)*")|(^[ \t]*|: |\| |`)doorcode(?= [a-z])/gm;

/**
 * Our commands in a text, as its reader can type them. The binaries of a project are not on the PATH: if npx or a script of
 * npm started this process (both set `npm_lifecycle_event`), they need `npx`, which finds a global installation, too. A name
 * or a file may have "doorcode" in it and stays as it is.
 */
const withNpx = (text: string, env: Environment): string =>
  env.npm_lifecycle_event === undefined
    ? text
    : text.replace(QUOTED_OR_COMMAND, (found, before?: string) =>
        before === undefined ? found : `${before}npx doorcode`,
      );

/** The members of an account in every event. */
const accountMembers = ({ id, username, name, tenant_id, issuer, authority, client_id }: StoredAccount) => ({
  ...{ id, username, name, tenant_id, issuer, authority, client_id },
});

// A CommonJS file cannot use `export`; these lines give its importers the types.
export type { Environment, Profile, Records };
export declare const storeDirectoryOf: typeof defaultStoreDirectory;
export declare const profileName: typeof nameOfProfile;
export declare const storedProfile: typeof profileOf;
export declare const isSameApp: typeof isSame;
export declare const isProfileMeant: typeof isMeant;
export declare const storedAccount: typeof accountOf;
export declare const storedToken: typeof tokenOf;
export declare const parseDuration: typeof milliseconds;
export declare const scopesOf: typeof splitScopes;
export declare const cachedToken: typeof tokenFromStore;
export declare const formatToken: typeof tokenEvent;
export declare const offlineStatus: typeof statusFromStore;
export declare const describeStatus: typeof describe;
export declare const asTyped: typeof withNpx;
export declare const personOf: typeof nameOf;
export declare const membersOf: typeof accountMembers;
module.exports = {
  storeDirectoryOf: defaultStoreDirectory,
  profileName: nameOfProfile,
  storedProfile: profileOf,
  isSameApp: isSame,
  isProfileMeant: isMeant,
  storedAccount: accountOf,
  storedToken: tokenOf,
  parseDuration: milliseconds,
  scopesOf: splitScopes,
  cachedToken: tokenFromStore,
  formatToken: tokenEvent,
  offlineStatus: statusFromStore,
  describeStatus: describe,
  asTyped: withNpx,
  personOf: nameOf,
  membersOf: accountMembers,
};
