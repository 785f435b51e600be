import { account } from "./de/account.ts";
import { common, device, time } from "./de/common.ts";
import { confirm, permissions } from "./de/confirm.ts";
import { consent, returning } from "./de/consent.ts";
import { ended } from "./de/ended.ts";
import { enterCode } from "./de/enter-code.ts";
import { inbox } from "./de/inbox.ts";
import { mailedCode, newPassword, reset } from "./de/mailed-code.ts";
import { mails } from "./de/mails.ts";
import { notMe } from "./de/not-me.ts";
import { passkeys } from "./de/passkeys.ts";
import { authenticator, recoveryCodes, secondFactor } from "./de/second-factor.ts";
import { continueAs, signIn, signOut } from "./de/sign-in.ts";
import { attributes, signUp } from "./de/sign-up.ts";
import { titles } from "./de/titles.ts";
import type { Messages } from "./messages.ts";

export const de: Messages = {
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
