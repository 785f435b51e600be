import { mayIssue } from "../../directory/access-rules.ts";
import { GRAPH_RESOURCE_ID, reachOf } from "../../directory/scopes.ts";
import type { RotateResult, TokenFamily, TokenStore } from "../store.ts";
import { endOfFamily, LATER_END_MS } from "./token-family.ts";

export type RotateInput = Parameters<TokenStore["rotate"]>[0];

/** What a rotation that was decided on writes, and on what it depends. */
export interface Rotation extends Versions {
  familyId: string;
  userId: string;
  clientId: string;
  /** Undefined: at Graph. */
  apiId: string | undefined;
  createdAfter: number;
  now: number;
  tokenHash: string;
  nextSealed: string;
  from: string;
  nextHash: string;
  expiresAt: number;
  /** The end of the family, if it is moved; and whether this rotation moves it. */
  laterEnd: number;
  isProlonged: boolean;
  at: number;
  event: string;
  actor: string;
  auditUserId: string | null;
  auditClientId: string | null;
  grantId: string | null;
  ip: string | null;
  detail: string;
}

type Versions = NonNullable<NonNullable<RotateInput["renewal"]>["seen"]>["versions"];

/** Rotates if nothing that the decision rests on has changed. Undefined otherwise: then nothing was changed. */
export type RotateIfUnchanged = (rotation: Rotation) => Promise<{ generation: number } | undefined>;

/**
 * The first use of a token at once, if the access rule allows it on the facts that were read before, and none of them has
 * changed since: equal facts mean the same decision. Undefined in every other case; then nothing was changed.
 */
export function rotationAtOnce(rotate: RotateIfUnchanged): (input: RotateInput) => Promise<RotateResult | undefined> {
  return async (input) => {
    const { renewal, clientId, scopes, next } = input;
    const { token, seen } = renewal ?? {};
    if (!token || !seen || token.family.clientId !== clientId || token.usedAt !== null) return undefined;
    const { family } = token;
    const atGraph = scopes.resourceId === GRAPH_RESOURCE_ID;
    const api = renewal?.apis.find((each) => each.clientId === scopes.resourceId);
    // Administrators need a second factor for Graph if any of them has one, which the versions do not show.
    if (atGraph ? seen.facts.user?.administrator : !api) return undefined;
    const { methods, authTime, grantType } = family;
    const signIn = {
      methods,
      authTime,
      grantType: "refresh_token",
      signInGrant: grantType,
      signedInSince: null,
    } as const;
    if (mayIssue({ ...seen.facts, api, ...signIn, scopes, reach: reachOf(family) }) !== undefined) return undefined;
    const rotated = await rotate({ ...seen.versions, ...rotationOf(input, family), apiId: api?.clientId });
    if (!rotated) return undefined;
    const expiresAt = endOfFamily(family.expiresAt, next.expiresAt);
    return { outcome: "rotated", family: { ...family, expiresAt }, generation: rotated.generation + 1 };
  };
}

function rotationOf(
  { clientId, tokenHash, nextSealed, from, next, now, familyMs, audit }: RotateInput,
  family: TokenFamily,
): Omit<Rotation, "personal" | "registered" | "apiId"> {
  return {
    ...{ userId: family.userId, clientId, familyId: family.id, createdAfter: now - familyMs },
    ...{ now, tokenHash, nextSealed, from, nextHash: next.tokenHash, expiresAt: next.expiresAt },
    laterEnd: next.expiresAt + LATER_END_MS,
    isProlonged: endOfFamily(family.expiresAt, next.expiresAt) !== family.expiresAt,
    ...{ at: audit.at, event: audit.event, actor: audit.actor, auditUserId: audit.userId },
    ...{ auditClientId: audit.clientId, grantId: audit.grantId, ip: audit.ip, detail: JSON.stringify(audit.detail) },
  };
}
