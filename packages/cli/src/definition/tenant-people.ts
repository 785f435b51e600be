import type { Command, CommandModule, Positional } from "./command.ts";
import { age, tenantCommon as common, count, signingAlgorithm, time, yes } from "./options.ts";

const email: Positional = { name: "EMAIL", help: "Email address of the account" };

type Users = typeof import("../tenant/users.ts");
type SignIns = typeof import("../tenant/sign-ins.ts");
type SigningKeys = typeof import("../tenant/signing-keys.ts");

const users =
  (pick: (module: Users) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/users.ts")) });
const signIns =
  (pick: (module: SignIns) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/sign-ins.ts")) });
const signingKeys =
  (pick: (module: SigningKeys) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/signing-keys.ts")) });

const userList: Command = {
  summary: "List the users",
  options: {
    search: { type: "string", value: "TEXT", help: "Only users whose email address or name contains this" },
    limit: { type: "string", value: "N", takes: count, help: "At most so many (default: all)" },
    ...common,
  },
  examples: [
    { what: "List users", line: "doorcode tenant users" },
    { what: "Find a user", line: "doorcode tenant users --search ada" },
  ],
  needsTenant: true,
  load: users(({ listUsers }) => listUsers),
};

const userCommands: Command = {
  ...userList,
  summary: "List the users of the tenant, or manage them",
  commands: {
    list: userList,
    add: {
      summary: "Add a user",
      description: ["Generates a password and prints it once, unless you give one with --password-stdin."],
      arguments: [email],
      options: {
        name: { type: "string", value: "NAME", help: "Display name (default: the email up to the @)" },
        "password-stdin": { type: "boolean", help: "Read the password from stdin" },
        administrator: { type: "boolean", help: "Make the user an administrator, who can prepare the tenant" },
        ...common,
      },
      examples: [
        { what: "Add a user with a generated password", line: "doorcode tenant users add ada@contoso.example" },
        { what: "Add an administrator", line: "doorcode tenant users add root@contoso.example --administrator" },
      ],
      needsTenant: true,
      load: users(({ addUser }) => addUser),
    },
    disable: {
      summary: "Disable a user and end all sign-ins",
      description: ["The user cannot sign in until you enable the account. The sign-ins stay ended."],
      arguments: [email],
      options: common,
      examples: [{ what: "Disable a user", line: "doorcode tenant users disable ada@contoso.example" }],
      needsTenant: true,
      load: users(({ disableUser }) => disableUser),
    },
    enable: {
      summary: "Enable a disabled user",
      arguments: [email],
      options: common,
      examples: [{ what: "Enable a user", line: "doorcode tenant users enable ada@contoso.example" }],
      needsTenant: true,
      load: users(({ enableUser }) => enableUser),
    },
    delete: {
      summary: "Delete a user and everything that belongs to the account",
      description: ["Sign-ins, second factors, consents and assignments are deleted, too. Audit records stay."],
      arguments: [email],
      options: { ...yes, ...common },
      examples: [{ what: "Delete a user", line: "doorcode tenant users delete ada@contoso.example" }],
      needsTenant: true,
      load: users(({ deleteUser }) => deleteUser),
    },
    edit: {
      summary: "Change a user's name or email address, or void what could take the account back",
      description: [
        "The new address is not verified, and the old one gets an email. Sign-ins stay; end them with `doorcode tenant signins revoke --user`.",
        "After a stolen account, add --void-links and --void-password: links in earlier emails no longer work, and the user chooses a new password by email.",
      ],
      arguments: [email],
      options: {
        email: { type: "string", value: "NEW", help: "The new email address" },
        name: { type: "string", value: "NAME", help: "The new display name" },
        "void-links": { type: "boolean", help: "Links in emails that the user got until now no longer work" },
        "void-password": { type: "boolean", help: "The password no longer works, and every sign-in ends" },
        ...yes,
        ...common,
      },
      examples: [
        {
          what: "Give a user another address",
          line: "doorcode tenant users edit ada@contoso.example --email ada.byron@contoso.example",
        },
      ],
      needsTenant: true,
      load: users(({ editUser }) => editUser),
    },
    reset: {
      summary: "Remove a user's second factors and passkeys, and end all sign-ins",
      description: [
        "For a user who lost an authenticator app, recovery codes or a passkey. First make sure that it is the user who asks.",
        "The password stays. The user sets up a new factor at the next sign-in, where one is required.",
      ],
      arguments: [email],
      options: { ...yes, ...common },
      examples: [{ what: "Reset a user", line: "doorcode tenant users reset ada@contoso.example" }],
      needsTenant: true,
      load: users(({ resetUser }) => resetUser),
    },
  },
};

const signInList: Command = {
  summary: "List the programs that are signed in, newest first",
  options: {
    user: { type: "string", value: "EMAIL", help: "Only sign-ins of this user" },
    app: { type: "string", value: "CLIENT_ID", help: "Only sign-ins of this app" },
    limit: { type: "string", value: "N", takes: count, help: "At most so many (default: all)" },
    ...common,
  },
  examples: [
    { what: "List sign-ins", line: "doorcode tenant signins" },
    { what: "List the sign-ins of a user", line: "doorcode tenant signins --user ada@contoso.example" },
  ],
  needsTenant: true,
  load: signIns(({ listSignIns }) => listSignIns),
};

const signInCommands: Command = {
  ...signInList,
  summary: "List the programs that are signed in, or end sign-ins",
  commands: {
    list: signInList,
    revoke: {
      summary: "End sign-ins",
      description: [
        "ID ends one sign-in of a program. --user and --all also end sign-ins in browsers, and approvals that are not used yet.",
        "The tenant refuses the tokens at once. Web APIs accept an access token until it expires, after at most an hour.",
      ],
      arguments: [{ name: "ID", help: "ID of the sign-in, as `doorcode tenant signins` lists it", optional: true }],
      options: {
        user: { type: "string", value: "EMAIL", help: "End all sign-ins of this user" },
        all: { type: "boolean", help: "End all sign-ins of all users" },
        ...yes,
        ...common,
      },
      examples: [
        { what: "End one sign-in", line: "doorcode tenant signins revoke ID" },
        { what: "Sign a user out everywhere", line: "doorcode tenant signins revoke --user ada@contoso.example" },
      ],
      needsTenant: true,
      load: signIns(({ revokeSignIns }) => revokeSignIns),
    },
    watch: {
      summary: "Show sign-ins, renewals and sign-outs as they happen",
      options: {
        user: { type: "string", value: "EMAIL", help: "Only of this user" },
        app: { type: "string", value: "CLIENT_ID", help: "Only of this app" },
        ...common,
      },
      examples: [{ what: "Watch sign-ins", line: "doorcode tenant signins watch" }],
      needsTenant: true,
      load: async () => ({ run: (await import("../tenant/watch-sign-ins.ts")).watchSignIns }),
    },
  },
};

const mails: Command = {
  summary: "List the mails that the tenant sent, newest first",
  description: [
    "For scripts and tests, at a running tenant of `doorcode tenant start`, which keeps its mails in its inbox.",
    "--wait and --code exit with 5 if there is no such mail in time. --since leaves out the code of an earlier sign-in.",
  ],
  options: {
    to: { type: "string", value: "EMAIL", help: "Only mails to this address" },
    since: { type: "string", value: "TIME", takes: age, help: "Only mails of this time, such as 30s or 5m" },
    wait: { type: "string", value: "TIME", takes: time, help: "Wait so long for a mail, such as 30s" },
    code: { type: "boolean", help: "Print only the code in the newest mail that has one" },
    ...common,
  },
  examples: [
    { what: "List mails", line: "doorcode tenant mails" },
    { what: "Get the code of a sign-up", line: "doorcode tenant mails --to ada@contoso.example --wait 30s --code" },
  ],
  needsTenant: true,
  load: () => import("../tenant/mails.ts"),
};

/** Users, their sign-ins and their mails. */
export const peopleCommands: Record<string, Command> = {
  users: userCommands,
  signins: signInCommands,
  mails,
  "recover-administrator": {
    summary: "Restore or add an administrator, even while the tenant is stopped",
    description: [
      "Enables the account and makes it an administrator, or adds a new account.",
      "If the account can no longer sign in, for example after a lost authenticator app, give another email address.",
      "With the tenant's database in DOORCODE_STORE (a postgres:// URL), it works on any machine, and the tenant may keep running.",
    ],
    arguments: [email],
    options: {
      "password-stdin": { type: "boolean", help: "Read the password of a new account from stdin" },
      ...common,
    },
    examples: [{ what: "Restore an administrator", line: "doorcode tenant recover-administrator ada@contoso.example" }],
    needsTenant: true,
    load: users(({ recoverAdministrator }) => recoverAdministrator),
  },
};

const keyList: Command = {
  summary: "List the keys that sign tokens",
  options: common,
  examples: [{ what: "List keys", line: "doorcode tenant keys" }],
  needsTenant: true,
  load: signingKeys(({ listKeys }) => listKeys),
};

/** What signs, and what was done. */
export const keyCommands: Record<string, Command> = {
  keys: {
    ...keyList,
    summary: "List, rotate or retire the keys that sign tokens",
    description: [
      "A new key takes over every 90 days without any action.",
      "Each algorithm that signs tokens has keys of its own: RS256, and ES256 or EdDSA once an app or an API uses it.",
    ],
    commands: {
      list: keyList,
      rotate: {
        summary: "Let the next key sign sooner",
        description: [
          "The next key is already published. It signs 24 hours after it was published, because web APIs may read keys once a day, but at least two minutes from now.",
          "The current key stays published for a day after that, so that its tokens stay valid.",
        ],
        options: {
          now: { type: "boolean", help: "Let it sign at once, for example because a key leaked" },
          alg: {
            type: "string",
            value: "ALG",
            takes: signingAlgorithm,
            complete: ["RS256", "ES256", "EdDSA"],
            help: "Whose key: RS256 (default), ES256 or EdDSA",
          },
          ...common,
        },
        examples: [
          { what: "Rotate keys", line: "doorcode tenant keys rotate" },
          { what: "Replace a leaked key", line: "doorcode tenant keys rotate --now" },
          { what: "Rotate the keys of ES256", line: "doorcode tenant keys rotate --alg ES256" },
        ],
        needsTenant: true,
        load: signingKeys(({ rotateKeys }) => rotateKeys),
      },
      retire: {
        summary: "Stop publishing a key that no longer signs",
        description: [
          "By default, the key is published until the last token that it signed has expired.",
          "With --now, its tokens are refused: by the tenant within a minute, by web APIs when they read the keys again (the guard: within ten minutes). Programs renew their tokens.",
        ],
        arguments: [{ name: "KID", help: "Key ID, as `doorcode tenant keys` lists it", hyphenated: /^[\w-]{43}$/ }],
        options: { now: { type: "boolean", help: "Refuse its tokens now, because the key leaked" }, ...yes, ...common },
        examples: [{ what: "Refuse the tokens of a leaked key", line: "doorcode tenant keys retire KID --now" }],
        needsTenant: true,
        load: signingKeys(({ retireKey }) => retireKey),
      },
    },
  },
  audit: {
    summary: "Print the audit log, oldest record first",
    description: [
      "With --json, each record is one line of JSON, for an export.",
      "Without --since and --limit, prints the newest 100 records.",
    ],
    options: {
      since: { type: "string", value: "TIME", takes: age, help: "Only records of this time, such as 30m, 24h or 7d" },
      event: { type: "string", value: "NAME", help: "Only this event, such as user.signed_in" },
      user: { type: "string", value: "EMAIL", help: "Only records about this user: email address or object ID" },
      limit: { type: "string", value: "N", takes: count, help: "Only the newest N records" },
      follow: { type: "boolean", help: "Keep printing new records until Ctrl-C" },
      ...common,
    },
    examples: [
      { what: "Watch the log", line: "doorcode tenant audit --follow" },
      { what: "Export a day", line: "doorcode tenant audit --since 24h --json > audit.jsonl" },
    ],
    needsTenant: true,
    load: () => import("../tenant/audit.ts"),
  },
};
