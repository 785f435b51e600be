import type { ConsentFacts } from "../directory/access-rules.ts";
import type { App, User } from "../directory/entities.ts";
import type { UserFlow } from "../directory/user-flow.ts";
import { loadFacts } from "../oauth/approval.ts";
import type { AuthorizationRequest } from "../storage/authorization-request.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { Interaction, InteractionSubject, MailCodePurpose } from "../storage/store.ts";
import { type Answer, type PageHandler, PageProblem, type PageRequest } from "./page-request.ts";
import { openInteraction } from "./session.ts";

/** The sign-in methods of the app that an interaction is about. */
export interface WaysIn {
  password: boolean;
  emailCode: boolean;
  passkey: boolean;
  /** Allowed by both the tenant and the user flow. */
  signUp: boolean;
}

/** A request within an interaction, with everything it is about. Loaded once. */
export interface InteractionRequest extends PageRequest {
  interaction: Interaction;
  /** The device's grant, while it exists. */
  grant: DeviceGrant | undefined;
  /** The program's request, while it exists. */
  authorization: AuthorizationRequest | undefined;
  /** The requesting app. Undefined on the account page and before a code was entered. */
  app: App | undefined;
  /** The user flow of the app, or that of the account page. */
  userFlow: UserFlow;
  ways: WaysIn;
  /**
   * Input of the access rule and of the consent pages, about the signed-in user, if any. `factsAbout` loads it for
   * another user.
   */
  facts: ConsentFacts;
}

export type InteractionHandler = (request: InteractionRequest) => Promise<Answer>;

/**
 * A page of an interaction: its handler gets everything it is about. An interaction of another browser is treated as
 * unknown.
 */
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

/** Starts an interaction and continues within it. */
export async function beginInteraction(
  request: PageRequest,
  subject: InteractionSubject | null,
): Promise<InteractionRequest> {
  return resolveInteraction(request, await openInteraction(request, subject));
}

/**
 * Loads what the interaction is about. The request remains the same object, so that a new cookie reaches the answer.
 */
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
 * The facts about this user, who just proved their identity. Loaded if other facts were; an account created by this
 * request has no groups, assignments or consents yet.
 */
export async function factsAbout(request: InteractionRequest, user: User, isNew = false): Promise<ConsentFacts> {
  const { facts, grant, authorization } = request;
  if (isNew) {
    const consents = facts.consents.filter((consent) => consent.userId === null);
    // Its user flow already collected the required details.
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

/** The pages of a method that the app does not offer do not exist. */
export function requireWay({ ways }: InteractionRequest, way: keyof WaysIn): void {
  if (!ways[way]) throw new PageProblem({ page: "not_found" });
}

/** The address entered for this purpose. An address entered or proven for another purpose does not count. */
export function addressFor({ email }: Interaction, purpose: MailCodePurpose): string | undefined {
  return email?.purpose === purpose ? email.address : undefined;
}

/** The address of a page of this interaction, with its other query parameters. */
export function goTo({ interaction }: { interaction: Interaction }, page: string, more = ""): { to: string } {
  return { to: `${page}?flow=${interaction.id}${more}` };
}

/** What the audit log records as the subject of an interaction. */
export function subjectIdOf({ interaction }: { interaction: Interaction }): string | null {
  return interaction.subject?.id ?? null;
}
