import { account } from "./en/account.ts";
import { common, device, time } from "./en/common.ts";
import { confirm, permissions } from "./en/confirm.ts";
import { consent, returning } from "./en/consent.ts";
import { ended } from "./en/ended.ts";
import { enterCode } from "./en/enter-code.ts";
import { inbox } from "./en/inbox.ts";
import { mailedCode, newPassword, reset } from "./en/mailed-code.ts";
import { mails } from "./en/mails.ts";
import { notMe } from "./en/not-me.ts";
import { passkeys } from "./en/passkeys.ts";
import { authenticator, recoveryCodes, secondFactor } from "./en/second-factor.ts";
import { continueAs, signIn, signOut } from "./en/sign-in.ts";
import { attributes, signUp } from "./en/sign-up.ts";
import { titles } from "./en/titles.ts";

/** Everything that a person reads on a page or in a mail. Entries are text, or functions of data that return text or markup. */
export const en = {
  common,
  time,
  device,
  titles,
  enterCode,
  signIn,
  continueAs,
  signOut,
  mailedCode,
  newPassword,
  reset,
  signUp,
  secondFactor,
  authenticator,
  recoveryCodes,
  attributes,
  confirm,
  permissions,
  consent,
  returning,
  ended,
  account,
  passkeys,
  inbox,
  mails,
  notMe,
};
