import type { ConsentFacts } from "../directory/access-rules.ts";
import type { App, User } from "../directory/entities.ts";
import type { UserFlow } from "../directory/user-flow.ts";
import { loadFacts } from "../oauth/approval.ts";
import type { AuthorizationRequest } from "../storage/authorization-request.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { Interaction, InteractionSubject, MailCodePurpose } from "../storage/store.ts";
import { type Answer, type PageHandler, PageProblem, type PageRequest } from "./page-request.ts";
import { openInteraction } from "./session.ts";

/** How people get in for the app that an interaction is about. */
export interface WaysIn {
  password: boolean;
  emailCode: boolean;
  passkey: boolean;
  /** By the tenant and by the user flow. */
  signUp: boolean;
}

/** A request within an interaction, with all that it is about. Loaded once. */
export interface InteractionRequest extends PageRequest {
  interaction: Interaction;
  /** The device's grant that it is about, while there is one. */
  grant: DeviceGrant | undefined;
  /** The program's request that it is about, while there is one. */
  authorization: AuthorizationRequest | undefined;
  /** The app that asks; undefined for the account page and before a code was entered. */
  app: App | undefined;
  /** Of the app; without an app that of the account page. */
  userFlow: UserFlow;
  ways: WaysIn;
  /** What the access rule decides on and consent pages say, about the signed-in user, if any; `factsAbout` gives another user's. */
  facts: ConsentFacts;
}

export type InteractionHandler = (request: InteractionRequest) => Promise<Answer>;

/** A page of an interaction: its handler gets all that it is about. Another browser's interaction is as unknown as one that never was. */
export function inInteraction(handler: InteractionHandler): PageHandler {
  return async (request) => {
    const interaction = await findInteraction(request);
    if (!interaction) throw new PageProblem({ page: "stale_form" });
    return handler(await resolveInteraction(request, interaction));
  };
}

export async function findInteraction({ ctx, session, fields, now }: PageRequest): Promise<Interaction | undefined> {
  const id = fields.get("flow") ?? "";
  return session && /^[\w-]{20,64}$/.test(id) ? ctx.store.sessions.findInteraction(id, session.id, now) : undefined;
}

/** Begins an interaction and goes on within it. */
export async function beginInteraction(
  request: PageRequest,
  subject: InteractionSubject | null,
): Promise<InteractionRequest> {
  return resolveInteraction(request, await openInteraction(request, subject));
}

/** Loads what the interaction is about. The request stays the same object, so that a new cookie reaches the answer. */
export async function resolveInteraction(request: PageRequest, interaction: Interaction): Promise<InteractionRequest> {
  const { ctx, user } = request;
  const { grant, authorization } = await recordOf(ctx.store, interaction.subject);
  const facts = await loadFacts(ctx, grant ?? authorization, user?.id ?? "");
  const { app, userFlow } = facts;
  const ways: WaysIn = {
    password: userFlow.methods.includes("password"),
    emailCode: userFlow.methods.includes("email_code"),
    passkey: userFlow.methods.includes("passkey"),
    signUp: ctx.config.signUpAllowed && userFlow.signUpAllowed,
  };
  return Object.assign(request, { interaction, grant, authorization, app, userFlow, ways, facts });
}

/**
 * The facts about this user, who has just shown who they are. Loaded where others were; an account made by this request
 * has no groups, assignments and consents of its own.
 */
export async function factsAbout(request: InteractionRequest, user: User, isNew = false): Promise<ConsentFacts> {
  const { facts, grant, authorization } = request;
  if (isNew) {
    const consents = facts.consents.filter((consent) => consent.userId === null);
    // What its user flow asks for was given with it.
    request.facts = { ...facts, user, termsAccepted: true, groupIds: [], assigned: false, consents, shown: [] };
  } else if (facts.user?.id !== user.id) {
    request.facts = await loadFacts(request.ctx, grant ?? authorization, user.id);
  }
  return request.facts;
}

async function recordOf(
  store: PageRequest["ctx"]["store"],
  subject: InteractionSubject | null,
): Promise<Pick<InteractionRequest, "grant" | "authorization">> {
  const none = { grant: undefined, authorization: undefined };
  if (subject === null || subject.id === null) return none;
  if (subject.kind === "device") return { ...none, grant: await store.grants.findById(subject.id) };
  return { ...none, authorization: await store.authorizations.find(subject.id) };
}

/** The pages of a way that the app does not offer are not there. */
export function requireWay({ ways }: InteractionRequest, way: keyof WaysIn): void {
  if (!ways[way]) throw new PageProblem({ page: "not_found" });
}

/** The address that was typed for this purpose; one typed or proven for something else counts for nothing. */
export function addressFor({ email }: Interaction, purpose: MailCodePurpose): string | undefined {
  return email?.purpose === purpose ? email.address : undefined;
}

/** A page of this interaction, with what else stands in its query. */
export function goTo({ interaction }: { interaction: Interaction }, page: string, more = ""): { to: string } {
  return { to: `${page}?flow=${interaction.id}${more}` };
}

/** What the audit log says an interaction is about. */
export function subjectIdOf({ interaction }: { interaction: Interaction }): string | null {
  return interaction.subject?.id ?? null;
}
