import { AuthError } from "@azure/msal-node";

/** The meaning of an MSAL error for the user, and its exit code for scripts. */
const outcomes: { of: RegExp; exitCode: number; sentence: string }[] = [
  {
    of: /expired_token|device_code_expired/,
    exitCode: 5,
    sentence: "The code expired. Run the program again for a new one.",
  },
  { of: /access_denied|authorization_declined/, exitCode: 4, sentence: "The sign-in was declined." },
  {
    of: /endpoints_resolution_error|network_error/,
    exitCode: 7,
    sentence:
      "The tenant cannot be reached. Check AUTHORITY, and that NODE_EXTRA_CA_CERTS points to the file of its CA.",
  },
];

const outcomeOf = (error: unknown) =>
  error instanceof AuthError
    ? outcomes.find(({ of }) => of.test(`${error.errorCode} ${error.errorMessage}`))
    : undefined;

export const exitCodeOf = (error: unknown): number => outcomeOf(error)?.exitCode ?? 1;

export const sentenceOf = (error: unknown): string =>
  outcomeOf(error)?.sentence ?? (error instanceof Error ? error.message : String(error));

export const codeOf = (error: unknown): string => (error instanceof AuthError ? error.errorCode : String(error));
