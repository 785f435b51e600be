import type { Command, CommandModule, Positional } from "./command.ts";
import { tenantCommon as common, data, days, json, storeFile } from "./options.ts";
import { keyCommands, peopleCommands } from "./tenant-people.ts";

const clientId: Positional = { name: "CLIENT_ID", help: "Client ID of the app" };

type Operator = typeof import("../tenant/operator.ts");
type Credentials = typeof import("../tenant/credentials.ts");

const operator =
  (pick: (module: Operator) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/operator.ts")) });
const credentials =
  (pick: (module: Credentials) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/credentials.ts")) });

const apps: Command = {
  summary: "List the apps of the tenant, or manage their credentials",
  options: common,
  examples: [{ what: "List apps with their client IDs and secrets", line: "doorcode tenant apps" }],
  needsTenant: true,
  load: operator(({ listApps }) => listApps),
  commands: {
    "add-certificate": {
      summary: "Let an app sign in with a certificate, without a user",
      description: [
        "FILE is PEM. If it also holds the private key, only the certificate is read.",
        "An app that signs in with a certificate needs no user, so CI can prepare the tenant.",
      ],
      arguments: [clientId, { name: "FILE", help: "The certificate (PEM, RSA)", complete: "file" }],
      options: {
        administrator: { type: "boolean", help: "Grant every application permission of the tenant's Graph" },
        ...common,
      },
      examples: [
        {
          what: "Create a key and a certificate",
          line: "openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci -keyout ci.pem -out ci.pem",
        },
        { what: "Register it", line: "doorcode tenant apps add-certificate CLIENT_ID ci.pem --administrator" },
        {
          what: "Prepare the tenant with it",
          line: "doorcode prepare --certificate ci.pem --client-id CLIENT_ID --to URL --yes",
        },
      ],
      needsTenant: true,
      load: credentials(({ addCertificate }) => addCertificate),
    },
    "remove-certificates": {
      summary: "Remove an app's certificates and its permissions for Graph",
      arguments: [clientId],
      options: common,
      examples: [
        { what: "Remove all certificates of an app", line: "doorcode tenant apps remove-certificates CLIENT_ID" },
      ],
      needsTenant: true,
      load: credentials(({ removeCertificates }) => removeCertificates),
    },
    "add-secret": {
      summary: "Add a client secret, shown once",
      description: [
        "Prints only the secret on stdout. The tenant stores its hash, so it cannot be shown again.",
        "To replace a secret, add a second one, give it to the program, then remove the first.",
      ],
      arguments: [clientId],
      options: {
        name: { type: "string", value: "NAME", help: "Name to tell the app's secrets apart" },
        days: { type: "string", value: "DAYS", takes: days, help: "Days it is valid (default and maximum: two years)" },
        output: {
          type: "string",
          value: "FILE",
          complete: "file",
          help: "Write the secret to a new file that only you can read",
        },
        ...common,
      },
      examples: [
        {
          what: "Add a secret for a web server",
          line: 'doorcode tenant apps add-secret CLIENT_ID --name "web server"',
        },
        {
          what: "Write it to a file",
          line: "doorcode tenant apps add-secret CLIENT_ID --days 90 --output client-secret",
        },
      ],
      needsTenant: true,
      load: credentials(({ addSecret }) => addSecret),
    },
    "remove-secret": {
      summary: "Remove one secret of an app",
      arguments: [clientId, { name: "KEY_ID", help: "Key ID of the secret, as `doorcode tenant apps` lists it" }],
      options: common,
      examples: [{ what: "Remove a secret", line: "doorcode tenant apps remove-secret CLIENT_ID KEY_ID" }],
      needsTenant: true,
      load: credentials(({ removeSecret }) => removeSecret),
    },
    "allow-administration": {
      summary: "Set which administrative scopes an app may ask for",
      description: [
        "An administrator still signs in and consents. Without --by-device-code, the app can ask only in a browser.",
      ],
      arguments: [clientId],
      options: {
        scopes: {
          type: "string",
          value: "SCOPES",
          empty: true,
          help: "Scopes of Graph, separated by spaces (default: all; '' for none)",
        },
        "by-device-code": { type: "boolean", help: "Allow them with a device code, too" },
        ...common,
      },
      examples: [
        {
          what: "Allow one scope, in a browser",
          line: "doorcode tenant apps allow-administration CLIENT_ID --scopes Application.Read.All",
        },
        { what: "Allow none", line: "doorcode tenant apps allow-administration CLIENT_ID --scopes ''" },
      ],
      needsTenant: true,
      load: credentials(({ allowAdministration }) => allowAdministration),
    },
  },
};

/** Commands that need no running tenant: a stopped one, and one on PostgreSQL, are changed in the store. */
export const operatorCommands: Record<string, Command> = {
  ...peopleCommands,
  apps,
  ...keyCommands,
  token: {
    summary: "Print an operator's token for the tenant's Graph",
    description: [
      "Prints only the token on stdout. It works for ten minutes and cannot be revoked. Anyone who has it can administer the tenant, so pass it on through a pipe.",
    ],
    options: {
      ...storeFile,
      ...data,
      json: { ...json.json, help: "Print one event with the token, Graph's address and the CA file" },
    },
    examples: [
      {
        what: "Prepare the tenant as its operator",
        line: "doorcode tenant token | doorcode prepare --token-stdin --to URL --yes",
      },
    ],
    needsTenant: true,
    load: operator(({ printToken }) => printToken),
  },
};
