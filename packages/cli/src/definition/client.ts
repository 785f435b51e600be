import type { Command } from "./command.ts";
import { caFile, credential, groups, json, origin, profile, scope, time } from "./options.ts";

const signIn = "Sign-in";

/** Commands of a program that signs in: they need the issuer, and no tenant of their own. */
export const clientCommands: Record<string, Command> = {
  login: {
    summary: "Sign in with a code on a second device, or in a browser",
    description: [
      "Shows a code and a QR code, and waits until you approve the sign-in on a second device.",
      "The profile remembers what you give here. After the first time, `doorcode login` alone is enough.",
      "At a tenant of `doorcode tenant start` on this computer, `doorcode login` alone is enough from the start. There, --authority takes its host and port, --client-id the name of an app, and --scope the short name of a scope.",
      "--browser needs an app with the redirect URI http://localhost.",
      "For a confidential client the profile remembers the path of the secret or key file, never its content, and reads it again for each renewal. A secret from stdin must be passed again.",
    ],
    options: {
      authority: {
        type: "string",
        value: "URL",
        group: groups.app,
        help: "Address of the issuer (or set DOORCODE_AUTHORITY)",
      },
      "client-id": {
        type: "string",
        value: "ID",
        group: groups.app,
        help: "Client ID of the app, or its name at a tenant on this computer (or set DOORCODE_CLIENT_ID)",
      },
      ...scope,
      ...origin,
      "device-endpoint": {
        type: "string",
        value: "URL",
        group: groups.app,
        help: "Device endpoint, if the issuer's metadata does not list one",
      },
      "token-endpoint": {
        type: "string",
        value: "URL",
        group: groups.app,
        help: "Token endpoint, if the issuer has no metadata",
      },
      ...credential,
      device: { type: "boolean", group: signIn, help: "Use a code on a second device (default)" },
      browser: { type: "boolean", group: signIn, help: "Use the browser on this computer" },
      "expect-account": {
        type: "string",
        value: "EMAIL",
        group: signIn,
        help: "Reject any other account, and store nothing",
      },
      "no-qr": { type: "boolean", group: signIn, help: "Do not show a QR code" },
      timeout: {
        type: "string",
        value: "15m",
        group: signIn,
        takes: time,
        help: "Give up after this time (90s, 15m, 1h)",
      },
      ...profile,
      ...caFile,
      ...json,
    },
    examples: [
      {
        what: "Sign in for the first time",
        line: "doorcode login --authority URL --client-id ID --scope SCOPE",
      },
      { what: "Sign in again", line: "doorcode login" },
      { what: "Sign in through the browser on this computer", line: "doorcode login --browser" },
      { what: "Keep a second account in its own profile", line: "doorcode login --profile work" },
    ],
    load: () => import("../login.ts"),
  },
  status: {
    summary: "Show who is signed in, without a network request",
    description: ["Exits with 3 when no one is signed in."],
    options: { ...profile, ...json },
    examples: [
      { what: "Show the account, its scopes and its token", line: "doorcode status" },
      { what: "Sign in only if needed", line: "doorcode status > /dev/null || doorcode login" },
    ],
    load: async () => ({ run: (await import("../token-status.ts")).runStatus }),
  },
  token: {
    summary: "Print an access token, and nothing else",
    description: [
      "Takes the token from the store, or renews it when it expires too soon.",
      "Exits with 3 when you have to sign in, and with 11 when the sign-in was not granted the requested --scope.",
    ],
    arguments: [
      { name: "-", help: "With --decode: read the token from stdin instead", optional: true, hyphenated: /^-$/ },
    ],
    options: {
      ...scope,
      "min-ttl": {
        type: "string",
        value: "5m",
        takes: { ...time, accepts: (text) => /^\d{1,9}[smh]?$/.test(text) },
        help: "Minimum remaining lifetime of the token (90s, 5m, 1h)",
      },
      explain: { type: "boolean", help: "Describe the token and its origin on stderr" },
      decode: { type: "boolean", help: "Print its header and claims as JSON, not verified, instead of the token" },
      ...credential,
      ...profile,
      ...caFile,
      ...json,
    },
    examples: [
      {
        what: "Call a web API with curl",
        line: 'curl -H "Authorization: Bearer $(doorcode token)" https://todo.example/api/todolist',
      },
      { what: "Get a token that lasts at least half an hour", line: "doorcode token --min-ttl 30m" },
      { what: "Read the claims of the token", line: "doorcode token --decode" },
    ],
    load: async () => ({ run: (await import("../token-status.ts")).runToken }),
  },
  call: {
    summary: "Call a web API with the token",
    description: [
      "Sends the token to declared origins only. Declare one with `doorcode login --origin`, or once with --origin here.",
      "Prints the body of the response. Exits with 0 when the status is 2xx; otherwise exits with 1 and prints the status on stderr.",
    ],
    arguments: [{ name: "URL", help: "Address of the web API" }],
    options: {
      request: { type: "string", short: "X", value: "METHOD", help: "HTTP method (default: GET, or POST with a body)" },
      data: { type: "string", short: "d", value: "BODY", dashes: true, help: "Body; @FILE reads a file, @- stdin" },
      header: { type: "string", short: "H", value: "'NAME: VALUE'", multiple: true, help: "Header to add" },
      include: { type: "boolean", short: "i", help: "Print the status and headers before the body" },
      origin: { ...origin.origin, help: "Allow this origin to receive the token, and remember it" },
      ...scope,
      ...credential,
      ...profile,
      ...caFile,
    },
    examples: [
      {
        what: "Declare the origin of an API and call it",
        line: "doorcode call https://todo.example/api/todolist --origin https://todo.example",
      },
      {
        what: "Send JSON",
        line: 'doorcode call https://todo.example/api/todolist -d \'{"description":"Buy milk"}\'',
      },
    ],
    load: () => import("../call.ts"),
  },
  accounts: {
    summary: "List the accounts that are signed in on this machine",
    options: { ...profile, ...json },
    examples: [{ what: "List accounts and the profiles that use them", line: "doorcode accounts" }],
    load: async () => ({ run: (await import("../accounts.ts")).runAccounts }),
  },
  switch: {
    summary: "Switch to another account that is signed in",
    arguments: [
      { name: "ACCOUNT", help: "Email, user name or account ID; optional with two accounts", optional: true },
    ],
    options: { ...profile, ...json },
    examples: [
      { what: "Switch to the other of two accounts", line: "doorcode switch" },
      { what: "Switch to an account by its email", line: "doorcode switch grace@contoso.example" },
    ],
    load: async () => ({ run: (await import("../accounts.ts")).runSwitch }),
  },
  logout: {
    summary: "Sign out on this machine, and at the issuer",
    description: [
      "An account that other profiles use stays signed in for them. --everywhere signs them out as well.",
      "With --everywhere, exits with 7 when the issuer could not be reached and with 10 when it refused. You are signed out here in any case.",
    ],
    options: {
      everywhere: { type: "boolean", help: "Also revoke the sign-in at the issuer" },
      all: { type: "boolean", help: "Sign out every account on this machine" },
      ...credential,
      ...profile,
      ...caFile,
      ...json,
    },
    examples: [
      { what: "Sign out here", line: "doorcode logout" },
      { what: "Sign out here and revoke the sign-in", line: "doorcode logout --everywhere" },
    ],
    load: async () => ({ run: (await import("../accounts.ts")).runLogout }),
  },
};
