import { TAKE_BACK_MS } from "../../directory/account-rules.ts";
import { normalizeEmail, type User } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import { emailChangedMail, emailTakenBackMail } from "../../mail/account-mails.ts";
import { addressTakenMail, codeMail } from "../../mail/messages.ts";
import type { View } from "../../ui/view.ts";
import {
  addressFor,
  beginInteraction,
  findInteraction,
  goTo,
  type InteractionRequest,
  resolveInteraction,
} from "../interaction.ts";
import {
  afterSending,
  awaitedCode,
  type CodeKind,
  type CodeProblem,
  resendCode,
  sendCode,
  useCode,
} from "../mailed-code.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { type ChangingUser, changingOwn, viewingOwn } from "./own-change.ts";

type AddressProblem = Extract<View, { page: "my_email" }>["problem"];

/** Only the mail says whether an address has an account. */
const newAddressCode: CodeKind = {
  purpose: "change_email",
  async write({ ctx }, about) {
    const taken = (await ctx.store.directory.findUserByEmail(normalizeEmail(about.to))) !== undefined;
    return { mail: taken ? addressTakenMail(about) : codeMail("changeEmail", about), withCode: !taken };
  },
};

export async function getEmail(request: PageRequest): Promise<Answer> {
  return viewingOwn(request, async (user) => addressPage(user, "", null));
}

/** Mails a code to the new address. */
export async function postEmail(page: PageRequest): Promise<Answer> {
  const send = async ({ user }: ChangingUser): Promise<Answer> => {
    const email = (page.fields.get("email") ?? "").trim();
    if (!isEmailAddress(email)) return addressPage(user, email, "invalid");
    if (normalizeEmail(email) === user.emailNormalized) return addressPage(user, email, "same");
    const request = await beginInteraction(page, null);
    const sent = await sendCode(request, email, newAddressCode);
    return afterSending(sent, goTo(request, "/me/email/code"), (problem) => addressPage(user, email, problem));
  };
  return changingOwn(page, send, { grave: true });
}

export async function getEmailCode(page: PageRequest): Promise<Answer> {
  return viewingOwn(page, async (user) => {
    const at = await awaiting(page);
    return at ? codePage(at, user, null, page.fields.has("resent")) : { to: "/me/email" };
  });
}

/** The right code changes the address. */
export async function postEmailCode(page: PageRequest): Promise<Answer> {
  return changingEmail(page, async (at, own) => {
    const used = await useCode(at.request, at.email, newAddressCode);
    return used === "ok" ? changeTo(at, own) : codePage(at, own.user, used);
  });
}

async function changeTo({ request, email }: Awaiting, { user, by, record, refused }: ChangingUser): Promise<Answer> {
  const { ctx, now, ip } = request;
  const token = newSecret();
  const expiresAt = now + TAKE_BACK_MS;
  const happened = { user, at: now, ip };
  const mail = ctx.mail.prepare(emailChangedMail(ctx, happened, { token, expiresAt }), { expiresAt });
  const returned = ctx.mail.prepare(emailTakenBackMail(ctx, happened), { expiresAt });
  const changed = await ctx.store.emailChanges.change(
    { ...by, interactionId: request.interaction.id },
    { tokenHash: hashSecret(token), expiresAt, mail, returned },
    record("user.email_changed"),
  );
  switch (changed) {
    case "done":
    case "returned":
      ctx.mail.stored(changed === "done" ? mail : returned);
      return { to: "/me/profile" };
    case "refused":
      return refused;
    case "taken":
      return addressPage(user, email, "taken");
    case "stale":
      return { to: "/me/email" };
  }
}

export async function postResendEmailCode(page: PageRequest): Promise<Answer> {
  return changingEmail(page, async (at, { user }) => {
    const sent = await resendCode(at.request, at.email, newAddressCode);
    return afterSending(sent, goTo(at.request, "/me/email/code", "&resent=1"), (problem) =>
      codePage(at, user, problem),
    );
  });
}

/** An interaction in which a code was mailed to a new address. */
interface Awaiting {
  request: InteractionRequest;
  email: string;
}

async function awaiting(page: PageRequest): Promise<Awaiting | undefined> {
  const interaction = await findInteraction(page);
  const email = interaction && addressFor(interaction, "change_email");
  if (!interaction || email === undefined) return undefined;
  return { request: await resolveInteraction(page, interaction), email };
}

/** The sign-in was recent when the code was asked for, so that a slow mail does not ask the user to sign in again. */
async function changingEmail(
  page: PageRequest,
  step: (at: Awaiting, own: ChangingUser) => Promise<Answer>,
): Promise<Answer> {
  const at = page.user && (await awaiting(page));
  const change = async (own: ChangingUser): Promise<Answer> => (at ? step(at, own) : { to: "/me/email" });
  return changingOwn(page, change, { grave: true, began: at?.request.interaction.createdAt });
}

function addressPage({ email: current }: User, email: string, problem: AddressProblem): { view: View } {
  return { view: { page: "my_email", flowId: "", current, email: email.slice(0, 254), problem } };
}

async function codePage(
  { request, email }: Awaiting,
  user: User,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(request, email, problem, resent);
  if (code === "refused") return addressPage(user, email, "mail_refused");
  return { view: { page: "my_email_code", ...code } };
}
