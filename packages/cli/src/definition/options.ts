import type { OptionSpecs } from "./command.ts";

/** Headings of the options in the help. */
export const groups = {
  common: "Common options",
  app: "Issuer and app",
  confidential: "Confidential clients",
} as const;

/** Options of every command. */
export const everywhere = {
  verbose: { type: "boolean", group: groups.common, help: "Show the issuer's original message with an error" },
  help: { type: "boolean", short: "h", group: groups.common, help: "Show this help" },
} as const satisfies OptionSpecs;

export const profile = {
  profile: {
    type: "string",
    value: "NAME",
    group: groups.common,
    complete: "profile",
    help: "Use this profile (default: DOORCODE_PROFILE, else default)",
  },
} as const satisfies OptionSpecs;

export const json = {
  json: { type: "boolean", group: groups.common, help: "Print one JSON event per line" },
} as const satisfies OptionSpecs;

export const scope = {
  scope: {
    type: "string",
    value: "SCOPE",
    multiple: true,
    group: groups.app,
    help: "Permission to request; repeat the option for more than one",
  },
} as const satisfies OptionSpecs;

export const origin = {
  origin: {
    type: "string",
    value: "ORIGIN",
    multiple: true,
    group: groups.app,
    help: "Web API that doorcode call may send the token to",
  },
} as const satisfies OptionSpecs;

export const credential = {
  "client-secret-file": {
    type: "string",
    value: "FILE",
    group: groups.confidential,
    complete: "file",
    help: "File with the client secret; - reads stdin",
  },
  "client-key-file": {
    type: "string",
    value: "FILE",
    group: groups.confidential,
    complete: "file",
    help: "File with the private key, PEM or JWK; - reads stdin",
  },
} as const satisfies OptionSpecs;

export const caFile = {
  "ca-file": {
    type: "string",
    value: "FILE",
    group: groups.common,
    complete: "file",
    help: "Trust these certificates (PEM) in addition to the system's",
  },
} as const satisfies OptionSpecs;

export const config = {
  config: {
    type: "string",
    value: "FILE",
    group: groups.common,
    complete: "file",
    help: "Server file of the tenant (default: DOORCODE_CONFIG)",
  },
} as const satisfies OptionSpecs;

/** For a tenant of `doorcode tenant start`. */
export const dataFolder = {
  data: {
    type: "string",
    value: "DIR",
    group: groups.common,
    complete: "folder",
    help: "Data folder of the tenant (default: doorcode/tenant in $XDG_DATA_HOME, else in ~/.local/share)",
  },
} as const satisfies OptionSpecs;

/** Which tenant a command operates. */
export const data = { ...config, ...dataFolder } as const satisfies OptionSpecs;

export const storeFile = {
  "store-file": {
    type: "string",
    value: "FILE",
    complete: "file",
    help: "SQLite file (default: DOORCODE_STORE, else tenant.db in the data folder)",
  },
} as const satisfies OptionSpecs;

/** Which tenant a command operates, and how it prints the result. */
export const tenantCommon = { ...storeFile, ...data, ...json };

const timePattern = /^\d{1,9}[smh]?$/;

/** A duration, as `parseDuration` reads it. */
export const time = {
  what: "a time such as 90s, 15m or 1h",
  accepts: (text: string) => timePattern.test(text) && Number.parseInt(text, 10) > 0,
};

const agePattern = /^\d{1,6}[dhms]?$/;

/** How long ago something may have happened. */
export const age = {
  what: "a time such as 30m, 24h or 7d",
  accepts: (text: string) => agePattern.test(text) && Number.parseInt(text, 10) > 0,
};

export const count = {
  what: "a number from 1 to 1000000",
  accepts: (text: string) => /^\d{1,7}$/.test(text) && Number(text) > 0 && Number(text) <= 1_000_000,
};

export const signingAlgorithm = {
  what: "RS256, ES256 or EdDSA",
  accepts: (text: string) => /^(RS256|ES256|EdDSA)$/.test(text),
};

export const yes = {
  yes: { type: "boolean", help: "Do not ask for confirmation" },
} as const satisfies OptionSpecs;

export const port = {
  what: "a number from 0 to 65535",
  accepts: (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
};

export const days = {
  what: "a number of days, such as 90",
  accepts: (text: string) => /^\d{1,4}$/.test(text) && Number(text) > 0,
};

/** What a profile may be called. */
export const isProfileName = (name: string): boolean => /^[\w.@+-]{1,64}$/.test(name);
