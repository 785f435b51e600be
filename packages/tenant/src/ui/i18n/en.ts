import * as account from "./en/account.ts";
import * as auditEvents from "./en/audit-events.ts";
import * as auditSentences from "./en/audit-sentences.ts";
import * as common from "./en/common.ts";
import * as consent from "./en/consent.ts";
import * as consoleWords from "./en/console.ts";
import * as consoleApps from "./en/console-apps.ts";
import * as consoleFile from "./en/console-file.ts";
import * as consoleFlows from "./en/console-flows.ts";
import * as consoleMends from "./en/console-mends.ts";
import * as consolePeople from "./en/console-people.ts";
import * as consoleRecords from "./en/console-records.ts";
import * as consoleTesting from "./en/console-testing.ts";
import * as consoleTokens from "./en/console-tokens.ts";
import * as mails from "./en/mails.ts";
import * as ownAccount from "./en/own-account.ts";
import * as secondFactor from "./en/second-factor.ts";
import * as signIn from "./en/sign-in.ts";

/** All text of the pages and mails: strings, and functions of data that return text or markup. */
export const en = {
  ...common,
  ...signIn,
  ...secondFactor,
  ...consent,
  ...account,
  ...ownAccount,
  ...mails,
  ...consoleWords,
  ...consoleApps,
  ...consoleFile,
  ...consoleFlows,
  ...consoleMends,
  ...consolePeople,
  ...auditEvents,
  ...auditSentences,
  ...consoleRecords,
  ...consoleTesting,
  ...consoleTokens,
};

/** English defines what there is to say. The compiler requires the same entries of every other language. */
export type Messages = typeof en;
