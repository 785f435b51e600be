import { randomUUID } from "node:crypto";
import { normalizeEmail, type User } from "../../src/directory/entities.ts";
import type { SignInMethod } from "../../src/directory/sign-in-methods.ts";
import type { NewOutboxMail, OwnChange, Store } from "../../src/storage/store.ts";
import { seed } from "../fixtures/seed.ts";
import { DAY, MINUTE, sampleAudit, sampleInteraction, sampleUser, T0 } from "./samples.ts";

/** A browser in which this user signed in at that time, and may change their account. */
export async function ownBrowser(
  store: Store,
  { id: userId }: Pick<User, "id">,
  now = T0,
  methods: SignInMethod[] = ["password", "email_second_factor"],
): Promise<OwnChange> {
  const { credentialsVersion = 0 } = (await store.directory.findUser(userId)) ?? {};
  const [sessionId, before] = [randomUUID(), randomUUID()];
  const times = { createdAt: now, expiresAt: now + 365 * DAY };
  await store.sessions.ensure({ id: before, ...times });
  await store.sessions.signIn(before, { id: sessionId, ...times, userId, methods, authTime: now, credentialsVersion });
  return { sessionId, userId, credentialsVersion, signedInAfter: now - 10 * MINUTE, passkeysWork: true, now };
}

/** A mail to store with a change. */
export function sampleMail(changes: Partial<NewOutboxMail> = {}): NewOutboxMail {
  return { id: randomUUID(), sealed: "sealed", createdAt: T0, expiresAt: T0 + 7 * DAY, ...changes };
}

/** Keeps the addresses that lost an account, and the IDs of the mails to them. */
export function displacedMails() {
  const mails: { to: string; id: string }[] = [];
  const toDisplaced = ({ email }: { email: string }) => {
    const mail = sampleMail();
    mails.push({ to: email, id: mail.id });
    return mail;
  };
  return { mails, toDisplaced };
}

/** What a request to take an account back brings, besides the link. */
export const undo = (tokenHash: string, now = T0) => ({ tokenHash, now, ip: "192.0.2.9", ...displacedMails() });

/** An address that no other test uses. */
export const address = () => `${randomUUID()}@contoso.example`;

/** A user in the store. */
export async function insertedUser(store: Store, changes: Partial<User> = {}): Promise<User> {
  const user = sampleUser(changes);
  await seed(store).insertUser(user);
  return user;
}

/** An interaction of this browser in which an address was verified with a code. */
export async function provenAddress(store: Store, by: OwnChange, email: string): Promise<string> {
  const { now } = by;
  const times = { createdAt: now, expiresAt: now + 15 * MINUTE };
  const address = { address: email, purpose: "change_email" as const, verifiedAt: null };
  const interaction = sampleInteraction(by.sessionId, { subject: null, email: address, ...times });
  await store.sessions.insertInteraction(interaction);
  const { id: interactionId } = interaction;
  const code = { purpose: "change_email" as const, interactionId, codeHash: "right" };
  const emailNormalized = normalizeEmail(email);
  await store.mail.insertCode({ ...code, id: randomUUID(), emailNormalized, mailId: null, ...times });
  const used = await store.mail.useCode({ ...code, sessionId: by.sessionId, maxAttempts: 5, now });
  if (used !== "ok") throw new Error(`code: ${used}`);
  return interactionId;
}

/** Changes the address of a user in a browser of their own. Returns the outcome and the hash of the link. */
export async function changeEmail(
  store: Store,
  user: Pick<User, "id">,
  email: string,
  { now = T0, by }: { now?: number; by?: OwnChange } = {},
) {
  const own = by ?? (await ownBrowser(store, user, now));
  const interactionId = await provenAddress(store, own, email);
  const tokenHash = `change-${randomUUID()}`;
  const expiresAt = now + 7 * DAY;
  const [mail, returned] = [sampleMail({ createdAt: now, expiresAt }), sampleMail({ createdAt: now, expiresAt })];
  const audit = { ...sampleAudit("user.email_changed", now), userId: user.id };
  const outcome = await store.emailChanges.change(
    { ...own, interactionId },
    { tokenHash, expiresAt, mail, returned },
    audit,
  );
  return { outcome, tokenHash, expiresAt, mailId: mail.id, returnedId: returned.id, by: own, interactionId };
}
