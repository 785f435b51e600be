import { clientCommands } from "./client.ts";
import type { Command } from "./command.ts";
import { caFile, everywhere, json } from "./options.ts";
import { tenantCommands } from "./tenant.ts";

const init: Command = {
  summary: "Create a new project: a program, its tenant and a test",
  description: [
    "Without FOLDER it asks for one. An existing folder must be empty.",
    "The project has a program that signs in with a code and calls a web API, a tenant on this computer with the file that describes it, and a test that signs in.",
  ],
  arguments: [{ name: "FOLDER", help: "Folder of the project", optional: true, complete: "folder" }],
  options: {
    js: { type: "boolean", help: "Write JavaScript instead of TypeScript" },
    name: {
      type: "string",
      value: "NAME",
      help: "Name of the npm package and of the app (default: the folder's name)",
    },
    ...json,
  },
  examples: [
    { what: "Create a project in TypeScript", line: "doorcode init my-device" },
    { what: "Create one in JavaScript", line: "doorcode init my-device --js" },
  ],
  needsPackage: true,
  load: () => import("../init.ts"),
};

const signIn = "Administrator sign-in";

const prepare: Command = {
  summary: "Make a tenant match a file: apps, APIs, consent, user flows",
  description: [
    "Shows what would change, asks, and changes it through Microsoft Graph, in Entra or in a tenant of your own.",
    "Deletes nothing without --prune, and never touches what the file does not name. After a failure, run it again: it continues where it stopped.",
    "Signs you in as an administrator while it runs, in the browser if there is one. The token is not stored.",
    "With --plan, exits with 9 when something would change, and with 0 when nothing would.",
  ],
  options: {
    to: {
      type: "string",
      value: "URL|entra",
      complete: ["entra"],
      help: "Tenant to change: the authority of your own tenant, or entra",
    },
    from: {
      type: "string",
      value: "URL|entra",
      complete: ["entra"],
      help: "Export that tenant instead, to --file or stdout",
    },
    file: { type: "string", value: "FILE", complete: "file", help: "The file (default: doorcode.tenant.yaml)" },
    tenant: {
      type: "string",
      value: "ID",
      help: "ID or domain of the Entra tenant (default: tenant.domain in the file)",
    },
    plan: { type: "boolean", help: "Print what would change, and change nothing" },
    yes: { type: "boolean", help: "Do not ask for confirmation" },
    prune: { type: "boolean", help: "Also delete what an earlier version of the file created" },
    browser: { type: "boolean", group: signIn, help: "Sign in through the browser on this computer" },
    device: { type: "boolean", group: signIn, help: "Sign in with a code on a second device" },
    "token-stdin": { type: "boolean", group: signIn, help: "Read an access token for Microsoft Graph from stdin" },
    certificate: {
      type: "string",
      value: "FILE",
      group: signIn,
      complete: "file",
      help: "Sign in as the app of --client-id with its private key and certificate (PEM), for CI",
    },
    "client-id": {
      type: "string",
      value: "ID",
      group: signIn,
      help: "App to sign in with (default: Microsoft Graph Command Line Tools)",
    },
    ...caFile,
    ...json,
  },
  examples: [
    {
      what: "Show what would change in Entra",
      line: "doorcode prepare --to entra --tenant contoso.onmicrosoft.com --plan",
    },
    {
      what: "Change your own tenant without asking",
      line: "doorcode prepare --to https://localhost:8443/TENANT --yes",
    },
    {
      what: "Use the operator's token for your own tenant",
      line: "doorcode tenant token | doorcode prepare --token-stdin --to URL --yes",
    },
    { what: "Export a tenant to a file", line: "doorcode prepare --from URL --file doorcode.tenant.yaml" },
  ],
  load: () => import("../prepare.ts"),
};

/** The `doorcode` command: everything else that describes it is made from this. */
export const program: Command = {
  summary: "Sign in from programs without a browser",
  options: {
    version: { type: "boolean", short: "V", help: "Show the version" },
    help: { ...everywhere.help, group: "Options" },
  },
  commands: {
    ...clientCommands,
    init,
    prepare,
    tenant: {
      summary: "Run a tenant of your own; manage its users, apps and sign-ins",
      description: [
        "Needs the package @doorcode/tenant, installed next to doorcode: npm install doorcode @doorcode/tenant. If it is missing, a command says what to type.",
        "Needs Node.js 24. If yours is older, the commands run on a newer Node.js that is installed next to it or is on the PATH.",
      ],
      commands: tenantCommands,
    },
    completion: {
      summary: "Print a completion script for your shell",
      description: [
        "The script completes commands, options, files and profile names.",
        "For bash, add the first example to ~/.bashrc; for zsh, add the second one to ~/.zshrc, after compinit; for fish, run the third once.",
      ],
      arguments: [{ name: "SHELL", help: "bash, zsh or fish", complete: ["bash", "zsh", "fish"] }],
      examples: [
        { what: "Complete in bash", line: 'eval "$(doorcode completion bash)"' },
        { what: "Complete in zsh", line: "source <(doorcode completion zsh)" },
        { what: "Complete in fish", line: "doorcode completion fish > ~/.config/fish/completions/doorcode.fish" },
      ],
      load: () => import("../completion.ts"),
    },
    help: {
      summary: "Show the help of a command or topic",
      arguments: [
        { name: "COMMAND", help: "A command, or a topic", optional: true, multiple: true, complete: "command" },
      ],
      examples: [
        { what: "Show the help of a command", line: "doorcode help tenant users add" },
        { what: "Show all exit codes", line: "doorcode help exit-codes" },
      ],
      load: () => import("../help.ts"),
    },
    version: {
      summary: "Show the version",
      load: async () => ({ run: (await import("../own-package.ts")).printVersion }),
    },
  },
};
