import * as account from "./de/account.ts";
import * as common from "./de/common.ts";
import * as consent from "./de/consent.ts";
import * as mails from "./de/mails.ts";
import * as secondFactor from "./de/second-factor.ts";
import * as signIn from "./de/sign-in.ts";
import type { Messages } from "./en.ts";

/** German. */
export const de: Messages = { ...common, ...signIn, ...secondFactor, ...consent, ...account, ...mails };
