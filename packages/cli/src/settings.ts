import { readFileSync } from "node:fs";
import {
  type ClientOptions,
  createClient,
  defaultStoreDirectory,
  openFileStore,
  type TokenStore,
} from "@doorcode/client";
import { type CredentialFile, credentialFrom, givenCredential, rememberedCredential } from "./client-credential.ts";
import type { Arguments } from "./definition/command.ts";
import { isProfileName } from "./definition/options.ts";
import { CommandError, UsageError } from "./exit-codes.ts";
import { shownValue, whyUnreadable } from "./file-errors.ts";
import {
  isProfileMeant,
  type Profile,
  profileName,
  scopesOf,
  storedAccount,
  storedProfile,
} from "./stored-session.cts";

/** A profile from the store, with the options that override it. */
export interface Settings {
  name: string;
  profile: Profile | undefined;
  /** False if the account of the profile is no longer in the store: another program signed it out. */
  hasAccount: boolean;
  store: TokenStore;
  caFile: string | undefined;
  /** From the command line or the environment; overrides the profile's. */
  credential: CredentialFile | undefined;
}

export async function openSettings(given: Arguments, env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
  const name = profileName(given.text("profile"), env);
  if (!isProfileName(name)) {
    throw new UsageError(
      `${shownValue(name) ?? "That"} is not a valid name for a profile.`,
      "Use letters, digits and . _ @ + -, at most 64 characters.",
    );
  }
  const store = await openFileStore({ directory: defaultStoreDirectory(env) });
  const records = Object.fromEntries((await store.read()).records);
  const profile = storedProfile(records, name);
  const hasAccount = profile !== undefined && storedAccount(records, profile) !== undefined;
  const credential = givenCredential(given, env);
  return { name, profile, hasAccount, store, credential, caFile: givenCaFile(given, env) ?? profile?.caFile };
}

export const givenCaFile = (given: Arguments, env: NodeJS.ProcessEnv = process.env): string | undefined =>
  given.text("ca-file") || env.DOORCODE_CA_FILE || undefined;

/** The profile, which has to be signed in: every command but `login` needs it. */
export function signedIn(
  { name, profile, hasAccount }: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Profile & { accountId: string } {
  const login = `doorcode login${name === "default" ? "" : ` --profile ${name}`}`;
  if (profile === undefined) {
    const hint = `Sign in: ${login} --authority URL --client-id ID --scope SCOPE`;
    throw new CommandError("sign_in_needed", `The profile ${name} is not signed in.`, hint);
  }
  if (!isProfileMeant(profile, env)) {
    throw new CommandError(
      "sign_in_needed",
      `The profile ${name} is signed in to another issuer or app than DOORCODE_AUTHORITY and DOORCODE_CLIENT_ID name.`,
      `Use another --profile, unset these variables, or sign in to that one: ${login}`,
    );
  }
  const { accountId } = profile;
  if (accountId === null || !hasAccount)
    throw new CommandError("sign_in_needed", "Not signed in.", `Sign in: ${login}`);
  return { ...profile, accountId };
}

export const wantedScopes = (given: Arguments, profile: Profile): string[] =>
  given.list("scope").length > 0 ? scopesOf(given.list("scope")) : profile.scopes;

type AppOfProfile = Pick<
  Profile,
  | ("authority" | "clientId" | "scopes" | "apis")
  | ("clientSecretFile" | "clientKeyFile" | "deviceEndpoint" | "tokenEndpoint")
>;

export function clientFor(profile: AppOfProfile, settings: Settings, more: Partial<ClientOptions> = {}) {
  const { authority, clientId, scopes, apis, deviceEndpoint, tokenEndpoint } = profile;
  const ca = certificatesIn(settings.caFile);
  const credential = settings.credential ?? rememberedCredential(profile);
  const endpoints = {
    ...(deviceEndpoint !== undefined && { deviceAuthorization: deviceEndpoint }),
    ...(tokenEndpoint !== undefined && { token: tokenEndpoint }),
  };
  return createClient({
    ...{ authority, clientId, scopes, apis, endpoints, store: settings.store },
    ...(credential && { credential: credentialFrom(credential) }),
    ...(ca && { ca }),
    ...more,
  });
}

export async function remember({ store, name }: Settings, profile: Profile): Promise<void> {
  const { caFile, ...kept } = profile;
  await store.change([
    { put: `default:${name}`, value: { ...kept, ...(caFile !== undefined && { caFile }) } as never },
  ]);
}

export function certificatesIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `The CA file ${file} ${whyUnreadable(error as NodeJS.ErrnoException)}.`,
      "Specify a readable file with --ca-file FILE.",
    );
  }
}
