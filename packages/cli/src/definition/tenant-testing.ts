import type { Command, CommandModule, Positional } from "./command.ts";
import { count, data, json } from "./options.ts";

type Testing = typeof import("../tenant/testing.ts");
type TestTokens = typeof import("../tenant/test-tokens.ts");

const testing =
  (pick: (module: Testing) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/testing.ts")) });
const tokens =
  (pick: (module: TestTokens) => CommandModule["run"]): (() => Promise<CommandModule>) =>
  async () => ({ run: pick(await import("../tenant/test-tokens.ts")) });

const common = { ...data, ...json };

const forTests =
  "For tests, at a running tenant of `doorcode tenant start` on SQLite, unless it was started with --no-testing.";

const clockShow: Command = {
  summary: "Show the tenant's clock",
  options: common,
  examples: [{ what: "Show the clock", line: "doorcode tenant clock" }],
  needsTenant: true,
  load: testing(({ showClock }) => showClock),
};

const clock: Command = {
  ...clockShow,
  summary: "Show or move the tenant's clock",
  description: [
    forTests,
    "Codes, tokens, sessions, limits and waits follow it, and a restart keeps it. TLS, and the clocks of programs and web APIs, do not: they refuse tokens of a time that they have not reached, or that has passed.",
  ],
  commands: {
    show: clockShow,
    advance: {
      summary: "Move the clock forward",
      description: ["What has expired then is deleted at once."],
      arguments: [{ name: "TIME", help: "How far, such as 90s, 15m, 24h or 7d", hyphenated: /^-\d/ }],
      options: common,
      examples: [{ what: "Let every device code expire", line: "doorcode tenant clock advance 15m" }],
      needsTenant: true,
      load: testing(({ advanceClock }) => advanceClock),
    },
    set: {
      summary: "Set the clock",
      description: ["From then on it runs."],
      arguments: [{ name: "TIME", help: "RFC 3339, such as 2027-01-31T12:00:00Z" }],
      options: {
        back: {
          type: "boolean",
          help: "Allow an earlier time: tokens of the later time are not valid yet, and codes and limits last longer",
        },
        ...common,
      },
      examples: [{ what: "Set a time", line: "doorcode tenant clock set 2027-01-31T12:00:00Z" }],
      needsTenant: true,
      load: testing(({ setClock }) => setClock),
    },
    reset: {
      summary: "Return to this computer's time",
      options: common,
      examples: [{ what: "Return to the real time", line: "doorcode tenant clock reset" }],
      needsTenant: true,
      load: testing(({ resetClock }) => resetClock),
    },
  },
};

const faultList: Command = {
  summary: "List the faults that still apply",
  options: common,
  examples: [{ what: "List faults", line: "doorcode tenant fault" }],
  needsTenant: true,
  load: testing(({ listFaults }) => listFaults),
};

const status = { what: "429 or 503", accepts: (text: string) => text === "429" || text === "503" };
const number = {
  what: "a number such as 53003",
  accepts: (text: string) => /^[1-9]\d{4,7}$/.test(text),
};
const seconds = { what: "a number of seconds, such as 30", accepts: (text: string) => /^\d{1,5}$/.test(text) };
const delay = { what: "a time such as 500ms, 2s or 1m", accepts: (text: string) => /^\d{1,6}(ms|s|m)$/.test(text) };

const ENDPOINTS = ["authorize", "devicecode", "graph", "keys", "metadata", "revoke", "token", "userinfo"];

const fault: Command = {
  ...faultList,
  summary: "Let the tenant's endpoints fail",
  description: [forTests, "A restart of the tenant ends all faults."],
  commands: {
    list: faultList,
    add: {
      summary: "Let the next requests of an endpoint fail",
      description: [
        "Several faults of an endpoint apply in the order in which they were added, one to each request. Polls that are held already are answered as usual.",
      ],
      arguments: [{ name: "ENDPOINT", help: `Endpoint: ${ENDPOINTS.join(", ")}`, complete: ENDPOINTS }],
      options: {
        status: {
          type: "string",
          value: "STATUS",
          takes: status,
          complete: ["429", "503"],
          help: "Answer with 429 or 503, and Retry-After",
        },
        "retry-after": { type: "string", value: "SECONDS", takes: seconds, help: "With --status (default: 5)" },
        aadsts: { type: "string", value: "NUMBER", takes: number, help: "Answer with this error of Entra's" },
        cut: { type: "boolean", help: "Close the connection without an answer" },
        delay: { type: "string", value: "TIME", takes: delay, help: "Answer so much later, such as 500ms or 30s" },
        app: { type: "string", value: "APP", help: "Only requests of this app: client ID or name (default: all)" },
        times: { type: "string", value: "N", takes: count, help: "How many requests (default: 1)" },
        ...common,
      },
      examples: [
        {
          what: "Let the next two token requests meet a limit",
          line: "doorcode tenant fault add token --status 429 --retry-after 2 --times 2",
        },
        {
          what: "Block an app by Conditional Access",
          line: "doorcode tenant fault add token --aadsts 53003 --app APP",
        },
        { what: "Answer late, then cut the connection", line: "doorcode tenant fault add token --delay 5s --cut" },
      ],
      needsTenant: true,
      load: testing(({ addFault }) => addFault),
    },
    clear: {
      summary: "End one fault, or all",
      arguments: [{ name: "ID", help: "ID of the fault, as `doorcode tenant fault` lists it", optional: true }],
      options: common,
      examples: [{ what: "End all faults", line: "doorcode tenant fault clear" }],
      needsTenant: true,
      load: testing(({ clearFaults }) => clearFaults),
    },
  },
};

const name: Positional = { name: "NAME", help: "Name of the snapshot" };

const snapshotList: Command = {
  summary: "List the snapshots",
  options: common,
  examples: [{ what: "List snapshots", line: "doorcode tenant snapshot" }],
  needsTenant: true,
  load: testing(({ listSnapshots }) => listSnapshots),
};

const snapshot: Command = {
  ...snapshotList,
  summary: "Copy the running tenant, and return to the copy",
  description: [
    forTests,
    "A snapshot has everything but the audit log: users, apps, settings, sign-ins, codes, mails, the clock. It stays in the data folder until you delete it, and is as secret as the tenant's database.",
  ],
  commands: {
    list: snapshotList,
    create: {
      summary: "Create a snapshot of this moment",
      arguments: [name],
      options: { replace: { type: "boolean", help: "Replace the one of the same name" }, ...common },
      examples: [{ what: "Create a snapshot", line: "doorcode tenant snapshot create before-test" }],
      needsTenant: true,
      load: testing(({ createSnapshot }) => createSnapshot),
    },
    restore: {
      summary: "Return the tenant to a snapshot",
      description: [
        "At once, while it runs. What was valid then is valid again, also what was used since. The audit log is not undone.",
      ],
      arguments: [name],
      options: common,
      examples: [{ what: "Return to it", line: "doorcode tenant snapshot restore before-test" }],
      needsTenant: true,
      load: testing(({ restoreSnapshot }) => restoreSnapshot),
    },
    delete: {
      summary: "Delete a snapshot",
      arguments: [name],
      options: common,
      examples: [{ what: "Delete it", line: "doorcode tenant snapshot delete before-test" }],
      needsTenant: true,
      load: testing(({ deleteSnapshot }) => deleteSnapshot),
    },
  },
};

/** What testers can do with a tenant of `doorcode tenant start`. */
export const testingCommands: Record<string, Command> = {
  clock,
  fault,
  snapshot,
  "issue-token": {
    summary: "Print an access token for a user, without a sign-in",
    description: [
      forTests,
      "Prints only the token on stdout. Every rule of a sign-in with a device code holds: the app may use device codes and request the scopes; the user is enabled, assigned, and has a second factor where one is required (--mfa). It appears in `doorcode tenant signins`, which can end it.",
    ],
    options: {
      as: { type: "string", value: "EMAIL", required: true, help: "The user" },
      app: { type: "string", value: "APP", required: true, help: "Client ID or name of the app" },
      scope: {
        type: "string",
        value: "SCOPE",
        multiple: true,
        required: true,
        help: "Permission to request; repeat the option for more than one",
      },
      mfa: { type: "boolean", help: "As if the user had also entered a code of an authenticator app" },
      ...common,
    },
    examples: [
      {
        what: "Check what a web API says about the token of a user",
        line: 'doorcode tenant issue-token --as ada@contoso.example --app APP --scope "$SCOPE" | doorcode tenant check-token --api API',
      },
    ],
    needsTenant: true,
    load: tokens(({ issueToken }) => issueToken),
  },
  "check-token": {
    summary: "Say whether the guard of a web API takes a token",
    description: [
      forTests,
      "Reads the token from stdin, prints its header and claims, and why the guard (@doorcode/guard) refuses it. Exits with 4 if it does. The tenant's clock decides.",
    ],
    options: {
      api: { type: "string", value: "API", required: true, help: "Client ID, name or identifier URI of the API" },
      ...common,
    },
    examples: [{ what: "Check a token", line: "doorcode token | doorcode tenant check-token --api ciam-ToDoList-api" }],
    needsTenant: true,
    load: tokens(({ checkToken }) => checkToken),
  },
};
