import { normalizeEmail } from "../../directory/entities.ts";
import { codeMail, noAccountMail } from "../../mail/messages.ts";
import type { CodeKind } from "../mailed-code.ts";
import { waysIn } from "../sign-in/ways-in.ts";

/** A code for somebody who has an account. An address without one is told so by mail, and nowhere else. */
export function accountCode(purpose: "sign_in" | "reset"): CodeKind {
  return {
    purpose,
    async write(visit, flow, about) {
      const [user, { signUp }] = await Promise.all([
        visit.ctx.store.directory.findUserByEmail(normalizeEmail(about.to)),
        waysIn(visit, flow),
      ]);
      if (user?.disabledAt === null) {
        return { mail: codeMail(purpose === "sign_in" ? "signIn" : "reset", about), withCode: true };
      }
      return { mail: noAccountMail({ ...about, mayCreate: signUp && user === undefined }), withCode: false };
    },
  };
}
