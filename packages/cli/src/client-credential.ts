import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ClientCredential } from "@doorcode/client";
import { readPrivateFile } from "@doorcode/client/read-store";
import type { Arguments } from "./definition/command.ts";
import { UsageError } from "./exit-codes.ts";
import { whyUnreadable } from "./file-errors.ts";
import type { Profile } from "./stored-session.cts";

/** The file with a confidential client's secret or key, read each time it is needed; `-` is stdin. */
export interface CredentialFile {
  kind: "secret" | "privateKey";
  file: string;
}

/** From the command line, else from the environment. */
export function givenCredential(given: Arguments, env: NodeJS.ProcessEnv): CredentialFile | undefined {
  const secret = given.text("client-secret-file");
  const key = given.text("client-key-file");
  if (secret && key) throw twoOf("--client-secret-file and --client-key-file");
  if (secret) return { kind: "secret", file: absolute(secret) };
  if (key) return { kind: "privateKey", file: absolute(key) };
  const { DOORCODE_CLIENT_SECRET_FILE: secretFile, DOORCODE_CLIENT_KEY_FILE: keyFile } = env;
  if (secretFile && keyFile) throw twoOf("DOORCODE_CLIENT_SECRET_FILE and DOORCODE_CLIENT_KEY_FILE");
  if (secretFile) return { kind: "secret", file: absolute(secretFile) };
  return keyFile ? { kind: "privateKey", file: absolute(keyFile) } : undefined;
}

const absolute = (file: string) => (file === "-" ? file : resolve(file));

const twoOf = (names: string) =>
  new UsageError(`${names} cannot be used together.`, "Use the one that is registered at the issuer.");

export function rememberedCredential(
  profile: Pick<Profile, "clientSecretFile" | "clientKeyFile">,
): CredentialFile | undefined {
  if (profile.clientSecretFile !== undefined) return { kind: "secret", file: profile.clientSecretFile };
  return profile.clientKeyFile === undefined ? undefined : { kind: "privateKey", file: profile.clientKeyFile };
}

/** The profile remembers the path of a file, never its content, and nothing that came from stdin. */
export function membersOfCredential(
  credential: CredentialFile | undefined,
): Pick<Profile, "clientSecretFile" | "clientKeyFile"> {
  if (credential === undefined || credential.file === "-") return {};
  return credential.kind === "secret" ? { clientSecretFile: credential.file } : { clientKeyFile: credential.file };
}

export function credentialFrom({ kind, file }: CredentialFile): ClientCredential {
  let text: string | undefined;
  const read = () => {
    // Stdin can be read once.
    text ??= textIn(file, kind);
    return text;
  };
  return kind === "secret" ? { secret: read } : { privateKey: read };
}

function textIn(file: string, kind: CredentialFile["kind"]): string {
  const what = kind === "secret" ? "client secret" : "client's private key";
  let text: string;
  try {
    // The file must be mounted by an orchestrator, or readable for this user only.
    text = (file === "-" ? readFileSync(0) : readPrivateFile(file, "named")).toString("utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EMODE")
      throw new UsageError(
        `Other users can read or change the ${what} in ${file}.`,
        `Run: chmod 600 '${file}'. A file that an orchestrator mounts belongs to root, with mode 0444 or stricter.`,
      );
    throw new UsageError(
      file === "-"
        ? `The ${what} cannot be read from stdin (${code}).`
        : `The file ${file} with the ${what} ${whyUnreadable(error as NodeJS.ErrnoException)}.`,
      "Specify a file that you can read, or - for stdin.",
    );
  }
  // Editors and echo add a line end.
  const trimmed = kind === "secret" ? text.replace(/\r?\n$/, "") : text;
  if (trimmed !== "") return trimmed;
  throw new UsageError(
    `The ${what} from ${file === "-" ? "stdin" : file} is empty.`,
    "It must contain the secret or key, and nothing else.",
  );
}
