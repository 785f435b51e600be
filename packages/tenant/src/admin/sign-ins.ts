import { endOfSignIn } from "../directory/lifetimes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { ListedFamily } from "../storage/store.ts";
import { type Actor, auditRecord, type OperatorContext } from "./admin-context.ts";
import { people } from "./people.ts";

/** A program that is signed in. Times are milliseconds since the epoch. */
export interface ProgramSignIn {
  /** The sign-in's ID, a GUID: `sid` of its tokens. */
  id: string;
  /** Object ID of the user. */
  userId: string;
  /** The user's email address; null if the user was deleted. */
  email: string | null;
  /** Client ID of the app. */
  clientId: string;
  /** The app's name; null if the app was deleted. */
  app: string | null;
  /** How the user signed in: with a device's code, or in a browser on the program's machine. */
  grantType: "device_code" | "authorization_code";
  /** When the program was signed in. */
  createdAt: number;
  /** When it last renewed its tokens; null if it has not yet. */
  lastUsedAt: number | null;
  /** The network from which it last renewed them: an IPv4 address, or the /64 of an IPv6 one. */
  lastUsedFrom: string | null;
  /** When it ends, unless it is renewed before. */
  expiresAt: number;
}

/** Which sign-ins to list. Omitted members do not restrict the list. */
export interface SignInFilter {
  /** Object ID of the user. */
  userId?: string;
  /** Client ID of the app. */
  clientId?: string;
  /** The last one of the previous page. */
  after?: Pick<ProgramSignIn, "id" | "createdAt">;
  /** The most to return. Default: 100. */
  limit?: number;
}

/** Sign-ins of programs. */
export interface SignInAdmin {
  /** Lists the programs that are signed in, newest first. */
  list(filter?: SignInFilter): Promise<ProgramSignIn[]>;
  /**
   * Ends one sign-in. Its refresh token no longer works, and the tenant refuses its access tokens. APIs accept an access
   * token until it expires.
   * @throws TenantError `sign_in_unknown` if it does not exist or has ended
   */
  end(id: string): Promise<void>;
  /**
   * Ends every sign-in of every user, in programs and browsers, and approvals that were not redeemed yet. Returns the
   * number of programs that were signed in.
   */
  endAll(): Promise<number>;
}

export function signIns(ctx: OperatorContext, by: Actor): SignInAdmin {
  const { tokens } = ctx.store;
  return {
    async list({ userId, clientId, after, limit = 100 } = {}) {
      const now = ctx.clock.now();
      const listed = await tokens.listFamilies({ userId, clientId, after, limit, now });
      return listed.map((family) => signInOf(ctx, family));
    },

    async end(id) {
      const now = ctx.clock.now();
      const [family] = await tokens.listFamilies({ id: id.trim().toLowerCase(), limit: 1, now });
      if (family) {
        const { userId, clientId } = family;
        // With a caller, the record's own user and app are the caller's.
        const detail = { family: family.id, ...(by.caller !== null && { user_id: userId, client_id: clientId }) };
        const audit = auditRecord(by, now, "sign_in.revoked", detail, { userId, clientId });
        if (await tokens.revokeFamily(family.id, "operator", now, audit)) return;
      }
      throw new TenantError(
        "sign_in_unknown",
        "No program is signed in under this ID.",
        "List the sign-ins: doorcode tenant signins",
      );
    },

    endAll: () => people(ctx, by).endAllSignIns(),
  };
}

function signInOf(
  { config }: OperatorContext,
  { appName: app, device: _, revokedAt: _live, ...family }: ListedFamily,
): ProgramSignIn {
  // A lifetime that was shortened meanwhile also applies to earlier sign-ins.
  const expiresAt = Math.min(family.expiresAt, endOfSignIn(config.lifetimes, family.createdAt));
  return { ...family, app, expiresAt };
}
