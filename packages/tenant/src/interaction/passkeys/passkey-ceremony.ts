import { isIP } from "node:net";
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server";
import type { User } from "../../directory/entities.ts";
import type { TenantConfig } from "../../directory/tenant-config.ts";
import { deriveKey, keyedHash } from "../../kernel/seal.ts";
import type { Passkey } from "../../storage/store.ts";
import { findInteraction, type InteractionRequest } from "../interaction.ts";
import { PageProblem } from "../page-request.ts";
import { INTERACTION_MS } from "../session.ts";

/** The relying party of passkeys: our origin, and its host as the RP ID that the key is bound to. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** Undefined if browsers do not support passkeys: an IP address is not an RP ID (WebAuthn §5.1.2). */
export function relyingPartyOf({ pagesOrigin }: TenantConfig): RelyingParty | undefined {
  const { hostname } = new URL(pagesOrigin);
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { id: hostname, origin: pagesOrigin } : undefined;
}

export type Ceremony = "sign_in" | "register";

/** EdDSA, ES256, RS256 (IANA COSE): supported by authenticators and verified by Node.js. */
export const KEY_ALGORITHMS = [-8, -7, -257];

/**
 * The signed user handle shows that the key belongs to the user. It is their ID, never their address (WebAuthn
 * §14.6.1).
 */
export function userHandleOf(userId: string): string {
  return Buffer.from(userId).toString("base64url");
}

/** The request to the browser at sign-in. Null if the app's sign-in does not accept passkeys. */
export function signInOptions(request: InteractionRequest): string | null {
  return request.ways.passkey ? requestOptions(request) : null;
}

/** Accepts any of our passkeys that the browser has. Null if browsers do not support them. */
export function requestOptions(request: InteractionRequest): string | null {
  const rp = relyingPartyOf(request.ctx.config);
  if (!rp) return null;
  return JSON.stringify({
    challenge: challengeOf(request, "sign_in"),
    rpId: rp.id,
    userVerification: "required",
    timeout: INTERACTION_MS,
  } satisfies PublicKeyCredentialRequestOptionsJSON);
}

/** A discoverable passkey with user verification (fingerprint, face or PIN). No attestation is requested. */
export function registrationOptions(request: InteractionRequest, rp: RelyingParty, user: User, own: Passkey[]): string {
  return JSON.stringify({
    challenge: challengeOf(request, "register"),
    rp: { id: rp.id, name: request.ctx.config.name },
    user: { id: userHandleOf(user.id), name: user.email, displayName: user.displayName },
    pubKeyCredParams: KEY_ALGORITHMS.map((alg) => ({ alg, type: "public-key" })),
    timeout: INTERACTION_MS,
    attestation: "none",
    excludeCredentials: own.map(({ credentialId }) => ({ id: credentialId, type: "public-key" })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
  } satisfies PublicKeyCredentialCreationOptionsJSON);
}

/**
 * The challenge that an answer must have signed. Undefined if it was already answered. Taken before anything is
 * verified, so that each challenge gets one answer, right or wrong (ASVS 6.7.2). The next page has the next challenge.
 */
export async function takeChallenge(request: InteractionRequest, ceremony: Ceremony): Promise<string | undefined> {
  const { interaction, ctx, now } = request;
  const { id, sessionId, challengeNumber } = interaction;
  const challenge = challengeOf(request, ceremony);
  const taken = await ctx.store.sessions.takeChallenge(id, sessionId, challengeNumber, now);
  const next = taken ? { ...interaction, challengeNumber: challengeNumber + 1 } : await findInteraction(request);
  if (!next) throw new PageProblem({ page: "stale_form" });
  request.interaction = next;
  return taken ? challenge : undefined;
}

/**
 * Looking at a page stores nothing: a key that stays here derives the challenge from the state of the interaction. So
 * it belongs to this interaction in this browser, ends with it, and changes after each answer.
 */
function challengeOf({ ctx, interaction }: InteractionRequest, ceremony: Ceremony): string {
  const { id, sessionId, challengeNumber } = interaction;
  const place = `${id}:${sessionId}:${ceremony}:${challengeNumber}`;
  return keyedHash(deriveKey(ctx.sealKey, "webauthn challenge"), place);
}
