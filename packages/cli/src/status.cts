// `doorcode status`, from the store only: it works with the network down, and starts as fast as `doorcode token`.
import type { Environment, KeptAccount, Profile, Records } from "./kept-sign-in.cts";

type Kept = typeof import("./kept-sign-in.cts");

interface Shown {
  stdout: string;
  stderr: string;
  exit: 0 | 3;
}

/** What to print for these arguments (those after `status`), or undefined: then the whole command line has to look at them. */
function fromStore(argv: readonly string[], env: Environment, columns: number, kept: Kept): Shown | undefined {
  if (argv.some((argument) => argument !== "--json")) return undefined;
  const read = kept.readRecords(env);
  if (!("records" in read)) return undefined;
  return describe(read.records, { json: argv.length > 0, columns, env, profile: undefined }, kept);
}

function describe(
  records: Records,
  how: { json: boolean; columns: number; env: Environment; profile: string | undefined },
  kept: Kept,
): Shown {
  const name = kept.profileName(how.profile, how.env);
  const profile = kept.keptProfile(records, name);
  const account = profile && kept.isProfileMeant(profile, how.env) ? kept.keptAccount(records, profile) : undefined;
  const token = profile && account && kept.keptToken(records, profile, profile.scopes);
  const exit = account === undefined ? 3 : 0;
  if (how.json) {
    const members = {
      profile: name,
      signed_in: account !== undefined,
      account: account === undefined ? null : accountMembers(account),
      scopes: account === undefined ? [] : profile?.scopes,
      token: token
        ? { expires_at: new Date(token.expires_at).toISOString(), expired: token.expires_at <= Date.now() }
        : null,
      store: kept.storeDirectoryOf(how.env),
    };
    return { stdout: `${JSON.stringify({ v: 1, event: "status", ...members })}\n`, stderr: "", exit };
  }
  if (profile === undefined || account === undefined) {
    const hint = profile
      ? `doorcode login${name === "default" ? "" : ` --profile ${name}`}`
      : "doorcode login --authority URL --client-id ID --scope SCOPE";
    return { stdout: `Nobody is signed in (profile ${name}).\n`, stderr: `To sign in: ${hint}\n`, exit };
  }
  return { stdout: table(profile, account, token?.expires_at, name, how.columns), stderr: "", exit };
}

function table(
  profile: Profile,
  account: KeptAccount,
  expiresAt: number | undefined,
  name: string,
  columns: number,
): string {
  const rows: [label: string, value: string][] = [
    ["Authority", profile.authority],
    ["Client ID", profile.clientId],
    ["Scopes", profile.scopes.join(" ") || "none"],
    ["Token", lifeOf(expiresAt)],
    ["Profile", name],
  ];
  // Where label and value do not fit on one line, they get one each.
  const fits = rows.every(([, value]) => value.length + 13 <= columns);
  const lines = rows.map(([label, value]) => (fits ? `  ${label.padEnd(11)}${value}` : `  ${label}\n    ${value}`));
  return `Signed in as ${nameOf(account)}\n${lines.join("\n")}\n`;
}

function lifeOf(expiresAt: number | undefined): string {
  if (expiresAt === undefined) return "none; one is fetched when it is needed";
  const minutes = Math.floor((expiresAt - Date.now()) / 60_000);
  if (minutes < 0) return "expired; renewed when it is needed";
  if (minutes < 1) return "good for less than a minute";
  return `good for ${minutes} minute${minutes === 1 ? "" : "s"}`;
}

const nameOf = ({ name, username }: KeptAccount): string =>
  visible(name === null || name === username ? username : `${name} (${username})`);

/** Names come from an issuer, and a control character in one could rewrite what is read here. */
const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");

/** The members of an account in every event. */
const accountMembers = ({ id, username, name, tenant_id, issuer, authority, client_id }: KeptAccount) => ({
  ...{ id, username, name, tenant_id, issuer, authority, client_id },
});

export declare const offlineStatus: typeof fromStore;
export declare const describeStatus: typeof describe;
export declare const personOf: typeof nameOf;
export declare const membersOf: typeof accountMembers;
module.exports = { offlineStatus: fromStore, describeStatus: describe, personOf: nameOf, membersOf: accountMembers };
