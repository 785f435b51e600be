import { readFileSync } from "node:fs";
import {
  type ClientOptions,
  createClient,
  defaultStoreDirectory,
  openFileStore,
  type TokenStore,
} from "@doorcode/client";
import type { Arguments } from "./arguments.ts";
import { type CredentialFile, credentialFrom, givenCredential, rememberedCredential } from "./client-credential.ts";
import { CommandError, UsageError } from "./exit-codes.ts";
import { isProfileMeant, type Profile, profileName, scopesOf, storedProfile } from "./stored-session.cts";

/** A profile as the store has it, with what this command line says instead. */
export interface Settings {
  name: string;
  profile: Profile | undefined;
  store: TokenStore;
  caFile: string | undefined;
  /** What this command line, or the environment, names instead of the profile's. */
  credential: CredentialFile | undefined;
}

export async function openSettings(given: Arguments, env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
  const name = profileName(given.text("profile"), env);
  if (!/^[\w.@+-]{1,64}$/.test(name)) {
    throw new UsageError(
      "That is no name for a profile.",
      "Letters, digits and . _ @ + - make one, at most 64 of them.",
    );
  }
  const store = await openFileStore({ directory: defaultStoreDirectory(env) });
  const profile = storedProfile(Object.fromEntries((await store.read()).records), name);
  const credential = givenCredential(given, env);
  return { name, profile, store, credential, caFile: given.text("ca-file") || env.DOORCODE_CA_FILE || profile?.caFile };
}

/** The profile, with somebody signed in: what every command but `login` needs. */
export function signedIn(
  { name, profile }: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Profile & { accountId: string } {
  const login = `doorcode login${name === "default" ? "" : ` --profile ${name}`}`;
  if (profile === undefined) {
    const hint = `Sign in: ${login} --authority URL --client-id ID --scope SCOPE`;
    throw new CommandError("sign_in_needed", `Nobody has signed in with the profile ${name}.`, hint);
  }
  if (!isProfileMeant(profile, env)) {
    throw new CommandError(
      "sign_in_needed",
      `The profile ${name} is signed in elsewhere than DOORCODE_AUTHORITY and DOORCODE_CLIENT_ID say.`,
      `Sign in there (${login}), use another --profile, or take those out of the environment.`,
    );
  }
  const { accountId } = profile;
  if (accountId === null) throw new CommandError("sign_in_needed", "Nobody is signed in.", `Sign in: ${login}`);
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
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `The CA file ${file} cannot be read (${code}).`,
      "Name one that is there with --ca-file FILE.",
    );
  }
}
