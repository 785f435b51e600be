import { hashSecret } from "../../kernel/seal.ts";
import { authenticates } from "../client-authentication.ts";
import type { Form } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";

/** RFC 8628 §3.4. */
export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** MSAL's spelling of the same grant type. */
export const MSAL_DEVICE_CODE_GRANT = "device_code";

/** A poll of a client that authenticates with nothing, and so sends nothing that has to be checked. */
export interface PublicPoll {
  deviceCodeHash: string;
  clientId: string;
  /** True for the URN grant type, false for MSAL's: whether the client understands `slow_down`. */
  standard: boolean;
}

/** `authorization`: the header of that name. Undefined for any other request. */
export function publicPoll(form: Form | undefined, authorization: string | undefined): PublicPoll | undefined {
  const grantType = form?.get("grant_type");
  if (!form || (grantType !== DEVICE_CODE_GRANT && grantType !== MSAL_DEVICE_CODE_GRANT)) return undefined;
  const [deviceCode, clientId] = [form.get("device_code"), form.get("client_id")];
  if (authenticates(form, authorization) || deviceCode === undefined || clientId === undefined) return undefined;
  const standard = grantType === DEVICE_CODE_GRANT;
  return { deviceCodeHash: hashSecret(deviceCode), clientId: clientId.toLowerCase(), standard };
}

/**
 * The answer to a poll whose grant is known to wait, and for this client: `slow_down` if it is early and its client
 * understands that. Undefined if the store must be asked.
 */
export function answerFromMemory(
  ctx: Pick<OAuthContext, "store" | "clock" | "pollPace">,
  poll: PublicPoll,
): "pending" | "slow_down" | undefined {
  const known = ctx.store.pendingPolls.find(poll.deviceCodeHash);
  if (!known || known.clientId !== poll.clientId || known.expiresAt <= ctx.clock.now()) return undefined;
  const isEarly = ctx.pollPace.note(poll.deviceCodeHash, known.expiresAt, poll.standard) === "early";
  return isEarly && poll.standard ? "slow_down" : "pending";
}
