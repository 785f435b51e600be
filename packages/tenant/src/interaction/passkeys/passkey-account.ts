import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import type { User } from "../../directory/entities.ts";
import { cleanDisplayName } from "../../directory/identity.ts";
import { hasSecondFactor } from "../../directory/sign-in-methods.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { Passkey } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { requireAccountSession, requireRecentSignIn } from "../account/account-access.ts";
import {
  beginInteraction,
  findInteraction,
  goTo,
  type InteractionRequest,
  resolveInteraction,
} from "../interaction.ts";
import { type Answer, PageProblem, type PageRequest, refuse } from "../page-request.ts";
import { stepUp } from "../proceed.ts";
import { owesAnotherWay } from "../second-factor/second-factor.ts";

import { type RelyingParty, registrationOptions, relyingPartyOf, takeChallenge } from "./passkey-ceremony.ts";
import { isCredentialId, readResponse, verifyRegistration } from "./passkey-verification.ts";

type AddProblem = Extract<View, { page: "passkey_add" }>["problem"];

/** Maximum length of a passkey's name, in code points. */
export const MAX_PASSKEY_NAME = 50;

/** In its own interaction, which has the passkey's challenge. The second factor comes first, if the user has one. */
export async function postBeginPasskey(page: PageRequest): Promise<Answer> {
  const refused = await requireRecentSignIn(page);
  if (refused) return refused;
  const request = await beginInteraction(page, null);
  return (await owesProof(request)) ? refuse(await stepUp(request)) : goTo(request, "/me/passkeys/add");
}

/** A passkey counts as two factors, so the password alone must neither create nor remove one. */
async function owesProof(request: InteractionRequest): Promise<boolean> {
  const { session, user, userFlow } = request;
  if (!session || !user || hasSecondFactor(session.methods, userFlow)) return false;
  return (await owesAnotherWay(request, user, session.methods)) !== null;
}

export async function getAddPasskey(page: PageRequest): Promise<Answer> {
  return addingPasskey(page, ({ request, user, rp }) => addPage(request, rp, user, "", null));
}

export async function postAddPasskey(page: PageRequest): Promise<Answer> {
  return addingPasskey(page, async ({ request, user, rp }) => {
    const typed = nameOf(request);
    const again = (problem: AddProblem) => addPage(request, rp, user, typed, problem);
    if ([...typed].length > MAX_PASSKEY_NAME) return again("long");
    const challenge = await takeChallenge(request, "register");
    const response = readResponse<RegistrationResponseJSON>(request.fields.get("passkey") ?? "");
    const credential = challenge && response && (await verifyRegistration({ challenge, rp }, response));
    if (!credential) return again("failed");

    const { passkeys } = request.ctx.store;
    const name = typed === "" ? `Passkey ${(await passkeys.listOf(user.id)).length + 1}` : typed;
    const passkey = { ...credential, userId: user.id, name, createdAt: request.now, lastUsedAt: null };
    const inserted = await passkeys.insert(passkey, user.credentialsVersion);
    if (inserted === "no_user") throw new PageProblem({ page: "stale_form" });
    if (inserted !== "ok") return again(inserted);
    await record(request, user, "passkey.added", passkey);
    const about = { ip: request.ip };
    await sendSecurityNotification(
      request.ctx,
      user,
      { kind: "passkey_added", credentialId: passkey.credentialId, name },
      about,
    );
    return { to: "/me" };
  });
}

export async function getPasskey(request: PageRequest): Promise<Answer> {
  const passkey = await ownPasskey(request);
  if (!passkey) return { to: "/me" };
  return { view: { page: "passkey", credentialId: passkey.credentialId, name: passkey.name, problem: null } };
}

export async function postRenamePasskey(request: PageRequest): Promise<Answer> {
  const refused = await requireAccountSession(request);
  if (refused) return refused;
  const { user } = request;
  const passkey = await ownPasskey(request);
  if (!user || !passkey) return { to: "/me" };
  const name = nameOf(request);
  const problem = name === "" ? "empty" : [...name].length > MAX_PASSKEY_NAME ? "long" : null;
  const { credentialId } = passkey;
  if (problem) return { view: { page: "passkey", credentialId, name: name.slice(0, 200), problem } };
  if (await request.ctx.store.passkeys.rename(user.id, credentialId, name)) {
    await record(request, user, "passkey.renamed", { ...passkey, name });
  }
  return { to: "/me" };
}

export async function postRemovePasskey(page: PageRequest): Promise<Answer> {
  const refused = await requireRecentSignIn(page);
  if (refused) return refused;
  const { user } = page;
  const passkey = await ownPasskey(page);
  if (!user || !passkey) return { to: "/me" };
  const request = await beginInteraction(page, null);
  if (await owesProof(request)) return refuse(await stepUp(request));
  const removed = await request.ctx.store.passkeys.remove(user, passkey.credentialId, request.now);
  if (removed) {
    await record(request, user, "passkey.removed", removed);
    await sendSecurityNotification(
      request.ctx,
      user,
      { kind: "passkey_removed", name: removed.name },
      { ip: request.ip },
    );
  }
  return { to: "/me" };
}

interface Adding {
  request: InteractionRequest;
  user: User;
  rp: RelyingParty;
}

/**
 * Requirements of every step of adding: a recent sign-in, an interaction about the account, and an origin that supports
 * passkeys.
 */
async function addingPasskey(page: PageRequest, step: (adding: Adding) => Promise<Answer>): Promise<Answer> {
  const refused = await requireRecentSignIn(page);
  if (refused) return refused;
  const { user } = page;
  const rp = relyingPartyOf(page.ctx.config);
  const interaction = await findInteraction(page);
  if (!user || !rp || interaction?.subject !== null) return { to: "/me" };
  const request = await resolveInteraction(page, interaction);
  return (await owesProof(request)) ? refuse({ to: "/me" }) : step({ request, user, rp });
}

async function addPage(
  request: InteractionRequest,
  rp: RelyingParty,
  user: User,
  name: string,
  problem: AddProblem,
): Promise<Answer> {
  const own = await request.ctx.store.passkeys.listOf(user.id);
  const options = registrationOptions(request, rp, user, own);
  return { view: { page: "passkey_add", flowId: request.interaction.id, name: name.slice(0, 200), options, problem } };
}

async function ownPasskey({ ctx, user, fields }: PageRequest): Promise<Passkey | undefined> {
  const id = fields.get("id") ?? "";
  const passkey = user && isCredentialId(id) ? await ctx.store.passkeys.find(id) : undefined;
  return passkey?.userId === user?.id ? passkey : undefined;
}

function nameOf({ fields }: PageRequest): string {
  return cleanDisplayName(fields.get("name") ?? "");
}

async function record(
  { ctx, now, ip }: PageRequest,
  user: User,
  event: AuditEvent,
  { credentialId, name }: Pick<Passkey, "credentialId" | "name">,
): Promise<void> {
  await ctx.store.audit.write({
    at: now,
    event,
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: null,
    ip,
    detail: { credentialId, name },
  });
}
