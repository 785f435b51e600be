import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import { MFA } from "../../directory/authentication-methods.ts";
import type { User } from "../../directory/entities.ts";
import { cleanDisplayName } from "../../directory/identity.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { Flow, Passkey } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { requireRecentSignIn } from "../account/recent-sign-in.ts";
import { stepUp } from "../authentication.ts";
import { PageProblem } from "../form.ts";
import { type Answer, findFlow, pathOf, type Visit } from "../page-request.ts";
import { owesAnotherWay } from "../second-factor/second-factor.ts";
import { openFlow } from "../session.ts";
import { type RelyingParty, registrationOptions, relyingPartyOf, takeChallenge } from "./passkey-ceremony.ts";
import { isCredentialId, readResponse, verifyRegistration } from "./passkey-verification.ts";

type AddProblem = Extract<View, { page: "passkey_add" }>["problem"];

/** Code points of a passkey's name. */
export const MAX_PASSKEY_NAME = 50;

/** A walk of its own: its challenge is the passkey's. It begins with the second factor, where there is one to ask for. */
export async function beginPasskey(visit: Visit): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  if (refused) return refused;
  const flow = await openFlow(visit, null, "account");
  return (await owesProof(visit, flow)) ? stepUp(visit, flow) : { to: pathOf("/me/passkeys/add", flow) };
}

/** A passkey counts as two factors: the password alone must neither make one nor take one away. */
async function owesProof(visit: Visit, flow: Flow): Promise<boolean> {
  const { session, user } = visit;
  if (!session || !user || session.amr.includes(MFA)) return false;
  return owesAnotherWay(visit, { ...flow, amr: session.amr }, user);
}

export async function showAddPasskey(visit: Visit): Promise<Answer> {
  return addingPasskey(visit, ({ flow, user, rp }) => addPage(visit, flow, rp, user, "", null));
}

export async function takeAddPasskey(visit: Visit): Promise<Answer> {
  return addingPasskey(visit, async ({ flow, user, rp }) => {
    const typed = nameOf(visit);
    const again = async (problem: AddProblem) => {
      const next = await findFlow(visit);
      return next ? addPage(visit, next, rp, user, typed, problem) : { to: "/me" };
    };
    if ([...typed].length > MAX_PASSKEY_NAME) return again("long");
    const challenge = await takeChallenge(visit, flow, "register");
    const response = readResponse<RegistrationResponseJSON>(visit.fields.get("passkey") ?? "");
    const credential = challenge && response && (await verifyRegistration({ challenge, rp }, response));
    if (!credential) return again("failed");

    const { passkeys } = visit.ctx.store;
    const name = typed === "" ? `Passkey ${(await passkeys.listOf(user.id)).length + 1}` : typed;
    const passkey = { ...credential, userId: user.id, name, createdAt: visit.now, lastUsedAt: null };
    const inserted = await passkeys.insert(passkey);
    if (inserted === "no_user") throw new PageProblem({ page: "stale_form" });
    if (inserted !== "ok") return again(inserted);
    await record(visit, user, "passkey.added", passkey);
    const about = { ip: visit.ip };
    await sendSecurityNotification(
      visit.ctx,
      user,
      { kind: "passkey_added", credentialId: passkey.credentialId, name },
      about,
    );
    return { to: "/me" };
  });
}

export async function showPasskey(visit: Visit): Promise<Answer> {
  const passkey = await ownPasskey(visit);
  if (!passkey) return { to: "/me" };
  return { view: { page: "passkey", credentialId: passkey.credentialId, name: passkey.name, problem: null } };
}

export async function renamePasskey(visit: Visit): Promise<Answer> {
  const { user } = visit;
  const passkey = await ownPasskey(visit);
  if (!user || !passkey) return { to: "/me" };
  const name = nameOf(visit);
  const problem = name === "" ? "empty" : [...name].length > MAX_PASSKEY_NAME ? "long" : null;
  const { credentialId } = passkey;
  if (problem) return { view: { page: "passkey", credentialId, name: name.slice(0, 200), problem } };
  if (await visit.ctx.store.passkeys.rename(user.id, credentialId, name)) {
    await record(visit, user, "passkey.renamed", { ...passkey, name });
  }
  return { to: "/me" };
}

export async function removePasskey(visit: Visit): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  if (refused) return refused;
  const { user } = visit;
  const passkey = await ownPasskey(visit);
  if (!user || !passkey) return { to: "/me" };
  const flow = await openFlow(visit, null, "account");
  if (await owesProof(visit, flow)) return stepUp(visit, flow);
  const removed = await visit.ctx.store.passkeys.remove(user.id, passkey.credentialId);
  if (removed) {
    await record(visit, user, "passkey.removed", removed);
    await sendSecurityNotification(visit.ctx, user, { kind: "passkey_removed", name: removed.name }, { ip: visit.ip });
  }
  return { to: "/me" };
}

/** What every step of adding needs: a person who signed in a moment ago, their walk, and an origin that can have passkeys. */
async function addingPasskey(
  visit: Visit,
  step: (adding: { flow: Flow; user: User; rp: RelyingParty }) => Promise<Answer>,
): Promise<Answer> {
  const refused = await requireRecentSignIn(visit);
  if (refused) return refused;
  const { user } = visit;
  const rp = relyingPartyOf(visit.ctx.config);
  const flow = await findFlow(visit);
  if (!user || !rp || flow?.intent !== "account" || (await owesProof(visit, flow))) return { to: "/me" };
  return step({ flow, user, rp });
}

async function addPage(
  visit: Visit,
  flow: Flow,
  rp: RelyingParty,
  user: User,
  name: string,
  problem: AddProblem,
): Promise<Answer> {
  const own = await visit.ctx.store.passkeys.listOf(user.id);
  const options = registrationOptions(visit, flow, rp, user, own);
  return { view: { page: "passkey_add", flowId: flow.id, name: name.slice(0, 200), options, problem } };
}

async function ownPasskey({ ctx, user, fields }: Visit): Promise<Passkey | undefined> {
  const id = fields.get("id") ?? "";
  const passkey = user && isCredentialId(id) ? await ctx.store.passkeys.find(id) : undefined;
  return passkey?.userId === user?.id ? passkey : undefined;
}

function nameOf({ fields }: Visit): string {
  return cleanDisplayName(fields.get("name") ?? "");
}

async function record(
  { ctx, now, ip }: Visit,
  user: User,
  event: string,
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
