import type { Command, CommandModule, Positional } from "./command.ts";
import { config, data, dataFolder, json, port, storeFile } from "./options.ts";
import { maintenanceCommands } from "./tenant-maintenance.ts";
import { operatorCommands } from "./tenant-operator.ts";
import { testingCommands } from "./tenant-testing.ts";

const code: Positional = { name: "CODE", help: "Code that the device shows; - reads it from stdin" };

type Operator = typeof import("../tenant/operator.ts");

const operator =
  (pick: (module: Operator) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/operator.ts")) });

export const tenantCommands: Record<string, Command> = {
  start: {
    summary: "Start the tenant; Ctrl-C stops it",
    description: [
      "Prints the authority, client IDs and addresses that a program needs, then a line for everything that happens: device codes, sign-ins, decisions, tokens, mails with their codes, and refusals with what would mend them.",
      "With --json, or without a terminal, these are lines of JSON on stdout, without codes unless you add --codes.",
      "A tenant on PostgreSQL has no inbox: set DOORCODE_SMTP and DOORCODE_MAIL_FROM. See `doorcode help environment`.",
    ],
    options: {
      file: {
        type: "string",
        value: "FILE",
        complete: "file",
        help: "Apply this file (doorcode.tenant.yaml) at every start: apps, APIs, consent, user flows",
      },
      port: {
        type: "string",
        value: "PORT",
        takes: port,
        help: "HTTPS port of the issuer (default: 8443; 0: any free port)",
      },
      "pages-port": {
        type: "string",
        value: "PORT",
        takes: port,
        help: "HTTP port of the pages (default: the next port)",
      },
      lan: {
        type: "boolean",
        value: "[ADDRESS]",
        optionalValue: true,
        help: "Serve the pages at this computer's address on the local network, so that a phone can open them. For trying it out only",
      },
      https: { type: "boolean", help: "With --lan: use https with the local CA, which the phone must trust" },
      ...storeFile,
      "no-sign-up": { type: "boolean", help: "Allow no new accounts while it runs, regardless of the user flows" },
      "no-testing": {
        type: "boolean",
        help: "Refuse what testers can do: move the clock, let endpoints fail, snapshots, tokens without a sign-in",
      },
      quiet: { type: "boolean", help: "Do not show what happens" },
      codes: { type: "boolean", help: "Include mailed codes and user codes in the lines of JSON" },
      ...dataFolder,
      ...json,
    },
    examples: [
      { what: "Start a tenant with one app and one API", line: "doorcode tenant start" },
      { what: "Start a tenant from a file", line: "doorcode tenant start --file doorcode.tenant.yaml" },
      { what: "Start one that your phone can open", line: "doorcode tenant start --lan" },
      { what: "Start one for a test", line: "doorcode tenant start --data test-tenant --port 0 --json" },
    ],
    needsTenant: true,
    ownSignals: true,
    load: () => import("../tenant/start.ts"),
  },
  serve: {
    summary: "Serve the tenant of an organization at its own address",
    description: [
      "One file says everything: public URL, certificate or proxy, store, mail server. docs/reference/server-file.md lists its members. Secrets are in files or environment variables that it names.",
      "Reads the certificate again when its files change, and on SIGHUP unless a terminal is attached. SIGTERM stops the tenant after the requests in progress.",
      "A new tenant has no apps: describe yours in a file, and apply it with `doorcode prepare`.",
      "With --check, tests the file and everything that it names (store, seal key, certificate, mail server, port, data folder, public URL), and changes nothing.",
    ],
    options: {
      config: {
        ...config.config,
        help: "The server file (default: DOORCODE_CONFIG, else doorcode.server.yaml in the current folder)",
      },
      check: { type: "boolean", help: "Report what is missing or wrong, and do not start" },
      ...json,
    },
    examples: [
      { what: "Check what is missing", line: "doorcode tenant serve --check" },
      { what: "Serve the tenant", line: "doorcode tenant serve --config /etc/doorcode/doorcode.server.yaml" },
    ],
    needsTenant: true,
    ownSignals: true,
    load: () => import("../tenant/serve.ts"),
  },
  export: {
    summary: "Export the running tenant as a file to stdout",
    options: { ...storeFile, ...data },
    examples: [{ what: "Save the tenant as a file", line: "doorcode tenant export > doorcode.tenant.yaml" }],
    needsTenant: true,
    load: operator(({ exportFile }) => exportFile),
  },
  approve: {
    summary: "Approve a sign-in for a user",
    description: ["For scripts and tests. Skips the attributes and terms of use that the user flow asks for."],
    arguments: [code],
    options: {
      as: { type: "string", value: "EMAIL", required: true, help: "The user" },
      mfa: {
        type: "boolean",
        help: "As if the user had also entered a code of an authenticator app; for tests, on the tenant of doorcode tenant start alone",
      },
      ...data,
    },
    examples: [
      { what: "Approve a code", line: "doorcode tenant approve WDJB-MJHT --as ada@contoso.example" },
      {
        what: "Approve for an app that requires a second factor",
        line: "doorcode tenant approve WDJB-MJHT --as ada@contoso.example --mfa",
      },
    ],
    needsTenant: true,
    load: operator(({ approve }) => approve),
  },
  deny: {
    summary: "Deny a sign-in",
    arguments: [code],
    options: { ...data },
    examples: [{ what: "Deny a code", line: "doorcode tenant deny WDJB-MJHT" }],
    needsTenant: true,
    load: operator(({ deny }) => deny),
  },
  trust: {
    summary: "Make your browsers trust the tenant's local CA",
    description: [
      "Needed only to open the tenant's https addresses in a browser. Its pages on this computer use http.",
      "The CA can vouch only for this computer's own names and the tenant's host.",
    ],
    options: {
      remove: { type: "boolean", help: "Remove the CA from your browsers" },
      yes: { type: "boolean", help: "Do not ask for confirmation" },
      print: { type: "boolean", help: "Print the path of the CA, and change nothing" },
      ...dataFolder,
    },
    examples: [
      { what: "Trust the CA", line: "doorcode tenant trust" },
      { what: "Stop trusting it", line: "doorcode tenant trust --remove" },
    ],
    needsTenant: true,
    load: () => import("../tenant/trust.ts"),
  },
  ...operatorCommands,
  ...testingCommands,
  ...maintenanceCommands,
};
