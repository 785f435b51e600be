import type { Arguments, OptionSpecs } from "./arguments.ts";

export interface Command {
  summary: string;
  /** After `doorcode <name>`. */
  usage: string;
  options: OptionSpecs;
  maxWords: number;
  /** Further lines of the help. */
  notes?: string[];
  load(): Promise<{ run(given: Arguments, signal: AbortSignal): Promise<number> }>;
}

const profile = {
  profile: {
    type: "string",
    value: "NAME",
    help: "which remembered sign-in (default: DOORCODE_PROFILE, else default)",
  },
} as const satisfies OptionSpecs;
const json = { json: { type: "boolean", help: "print one event a line" } } as const satisfies OptionSpecs;
const scope = {
  scope: { type: "string", value: "SCOPE", multiple: true, help: "permission to ask for; give it once for each" },
} as const satisfies OptionSpecs;
const credential = {
  "client-secret-file": { type: "string", value: "FILE", help: "secret of a confidential client; - reads stdin" },
  "client-key-file": {
    type: "string",
    value: "FILE",
    help: "private key of a confidential client, PEM or JWK; - reads stdin",
  },
} as const satisfies OptionSpecs;
const caFile = {
  "ca-file": { type: "string", value: "FILE", help: "certificates (PEM) to trust beside the system's" },
} as const satisfies OptionSpecs;

/** Options of each command. */
export const everywhere = {
  verbose: { type: "boolean", help: "with an error, the issuer's own words" },
} as const satisfies OptionSpecs;

export const commands: Record<string, Command> = {
  login: {
    summary: "sign in by a code on a second device, or in a browser here",
    usage: "[--authority URL --client-id ID --scope SCOPE…] [options]",
    options: {
      authority: { type: "string", value: "URL", help: "address of the issuer (or DOORCODE_AUTHORITY)" },
      "client-id": { type: "string", value: "ID", help: "the application's client ID (or DOORCODE_CLIENT_ID)" },
      ...scope,
      origin: {
        type: "string",
        value: "ORIGIN",
        multiple: true,
        help: "web API that doorcode call may send its token to",
      },
      browser: { type: "boolean", help: "in a browser on this computer instead" },
      device: { type: "boolean", help: "by a code on a second device (the default)" },
      ...profile,
      ...caFile,
      ...credential,
      "device-endpoint": { type: "string", value: "URL", help: "device endpoint, where the issuer names none" },
      "token-endpoint": { type: "string", value: "URL", help: "token endpoint, where the issuer names none" },
      "expect-account": { type: "string", value: "EMAIL", help: "refuse everybody else; nothing is kept then" },
      "no-qr": { type: "boolean", help: "show no QR code" },
      timeout: { type: "string", value: "15m", help: "give up after this long (90s, 15m, 1h)" },
      ...json,
    },
    maxWords: 0,
    notes: [
      "What is given once is remembered in the profile; later doorcode login alone is enough.",
      "--browser is for an app that has the redirect URI http://localhost.",
      "Of a secret or key the profile remembers the file's path, and reads it again to renew; what came by stdin is given again then.",
    ],
    load: () => import("./login.ts"),
  },
  status: {
    summary: "who is signed in, without asking the network",
    usage: "[--json] [--profile NAME]",
    options: { ...profile, ...json },
    maxWords: 0,
    notes: ["Exit code 3 when nobody is signed in."],
    load: async () => ({ run: (await import("./token-status.ts")).runStatus }),
  },
  token: {
    summary: "print an access token, and nothing else, on stdout",
    usage: "[--scope SCOPE…] [--min-ttl 5m] [--json] [--explain]",
    options: {
      ...scope,
      "min-ttl": { type: "string", value: "5m", help: "how long it must still be good (90s, 5m, 1h)" },
      explain: { type: "boolean", help: "say on stderr whose token it is and where it came from" },
      ...profile,
      ...caFile,
      ...credential,
      ...json,
    },
    maxWords: 0,
    notes: [
      "From the store where it can, else renewed silently. Exit code 3 when somebody must sign in, 11 when the sign-in was not granted a --scope.",
    ],
    load: async () => ({ run: (await import("./token-status.ts")).runToken }),
  },
  call: {
    summary: "call a web API with the token",
    usage: "[-X METHOD] URL [-d BODY] [-H 'NAME: VALUE'…]",
    options: {
      request: { type: "string", short: "X", value: "METHOD", help: "default: GET, with a body POST" },
      data: { type: "string", short: "d", value: "BODY", dashes: true, help: "body; @FILE reads a file, @- stdin" },
      header: { type: "string", short: "H", value: "'NAME: VALUE'", multiple: true, help: "further header" },
      include: { type: "boolean", short: "i", help: "print status and headers before the body" },
      origin: {
        type: "string",
        value: "ORIGIN",
        multiple: true,
        help: "declare, and remember, that this origin may have the token",
      },
      ...scope,
      ...profile,
      ...caFile,
      ...credential,
    },
    maxWords: 1,
    notes: [
      "The token goes to declared origins only: doorcode login --origin, or --origin here, once.",
      "Exit code 0 when the answer is 2xx, else 1 with the status on stderr.",
    ],
    load: () => import("./call.ts"),
  },
  accounts: {
    summary: "everybody who is signed in on this machine",
    usage: "[--json]",
    options: { ...profile, ...json },
    maxWords: 0,
    load: async () => ({ run: (await import("./accounts.ts")).runAccounts }),
  },
  switch: {
    summary: "change to another account that is signed in",
    usage: "[ACCOUNT] [--profile NAME] [--json]",
    options: { ...profile, ...json },
    maxWords: 1,
    notes: ["ACCOUNT is an email, user name or account ID; with two accounts it may be left out."],
    load: async () => ({ run: (await import("./accounts.ts")).runSwitch }),
  },
  logout: {
    summary: "sign out here, and at the issuer where it can",
    usage: "[--everywhere] [--all] [--profile NAME] [--json]",
    options: {
      everywhere: { type: "boolean", help: "also tell the issuer to revoke" },
      all: { type: "boolean", help: "every account on this machine" },
      ...profile,
      ...caFile,
      ...credential,
      ...json,
    },
    maxWords: 0,
    notes: [
      "An account that other profiles use stays for them; --everywhere signs them out, too.",
      "With --everywhere exit code 7 when the issuer could not be asked, 10 when it refused; signed out here in any case.",
    ],
    load: async () => ({ run: (await import("./accounts.ts")).runLogout }),
  },
  init: {
    summary: "make a new project: a program, its tenant, a test",
    usage: "[FOLDER] [--js] [--name NAME] [--json]",
    options: {
      js: { type: "boolean", help: "JavaScript instead of TypeScript" },
      name: { type: "string", value: "NAME", help: "name for npm, and of the app (default: the folder's)" },
      ...json,
    },
    maxWords: 1,
    notes: ["On a terminal it asks for the folder when none is given. A folder that is there must be empty."],
    load: () => import("./init.ts"),
  },
  prepare: {
    summary: "make a tenant what a file says: apps, APIs, consent, user flows",
    usage: "--to URL|entra [--file FILE] [--plan | --yes] [options]",
    options: {
      file: { type: "string", value: "FILE", help: "the file (default: doorcode.tenant.yaml)" },
      to: { type: "string", value: "URL|entra", help: "authority of a Doorcode tenant, or Entra" },
      from: {
        type: "string",
        value: "URL|entra",
        help: "the other way round: write the file of that tenant (to --file, else stdout)",
      },
      tenant: {
        type: "string",
        value: "ID",
        help: "Entra: ID or domain of the tenant (default: tenant.domain of the file)",
      },
      plan: { type: "boolean", help: "print what would be done, and do nothing" },
      yes: { type: "boolean", help: "do not ask" },
      prune: { type: "boolean", help: "also delete what an earlier file made and this one does not name" },
      browser: { type: "boolean", help: "sign in in the browser of this computer, where that is not the default" },
      device: { type: "boolean", help: "sign in by a code on a second device" },
      "token-stdin": { type: "boolean", help: "read an administrator's access token for Microsoft Graph from stdin" },
      certificate: {
        type: "string",
        value: "FILE",
        help: "sign in as the app of --client-id, by its private key and certificate (PEM); for CI",
      },
      "client-id": {
        type: "string",
        value: "ID",
        help: "app to sign in with (default: Microsoft Graph Command Line Tools)",
      },
      ...caFile,
      ...json,
    },
    maxWords: 0,
    notes: [
      "It deletes nothing without --prune, and never touches what the file does not name. What is half done after a failure goes on with the next run.",
      "With --plan exit code 9 when something would be done, 0 when nothing; 2 when the file has mistakes, 3 when the token is not taken, 4 when a right is missing, 7 when Graph cannot be reached or is asked too often.",
    ],
    load: () => import("./prepare.ts"),
  },
};
