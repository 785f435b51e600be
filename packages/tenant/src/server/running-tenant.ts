import { type Approval, approveInName, denyCode } from "../admin/decisions.ts";
import { inboxOf } from "../admin/inbox.ts";
import { operatorAdmin } from "../admin/operator-admin.ts";
import { issueOperatorToken } from "../admin/operator-token.ts";
import { type Registrations, registrationsOf } from "../admin/registered-apps.ts";
import type { TenantAdmin } from "../admin/tenant-admin.ts";
import { graphOf, issuerOf } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Testing } from "../testing/testing.ts";
import type { TenantContext } from "./apps.ts";

/** A mail that the tenant sent. */
export interface ReceivedMail {
  /** The recipient's address. */
  to: string;
  /** The subject line. */
  subject: string;
  /** The plain-text body. */
  text: string;
  /** The HTML body. */
  html: string;
}

/** A running tenant, and what a program can do with it. */
export interface RunningTenant {
  /** The address that clients are configured with: `https://localhost:PORT/<tenant ID>`. */
  authority: string;
  /** The tenant's ID: a lower-case GUID. */
  tenantId: string;
  /** The `iss` of its tokens. */
  issuer: string;
  /** The origin of the pages. */
  pages: string;
  /** Path of the local CA's certificate; empty if the operator's certificate or a proxy serves TLS. */
  caFile: string;
  /** The local CA's certificate in PEM; empty in the same case. */
  ca: string;
  /** The page on which users enter a device's code (RFC 8628 §3.2). */
  verificationUri: string;
  /** The port that it listens on; behind a proxy it differs from the public URL's. */
  port: number;
  /** The port of `/metrics`, `/healthz` and `/readyz`; null if they have no listener of their own. */
  monitoringPort: number | null;
  /** The registered apps at the start, except the command line's own. Later ones: `admin.apps.list()`. */
  apps: Registrations["apps"];
  /** The registered APIs at the start. Later ones: `admin.apis.list()`. */
  apis: Registrations["apis"];
  /** The base URL of Microsoft Graph's API: `https://localhost:PORT/graph/v1.0`. */
  graph: string;
  /** Changes users, groups, apps, APIs, user flows and policies. Each change is in the audit log. */
  admin: TenantAdmin;
  /**
   * Approves a device's code on behalf of a user, with all checks that the user's browser would pass.
   * @param options.as the user's email address
   * @param options.mfa true: as if the user had also entered a code of an authenticator app. For tests; only on the
   * embedded default. Default: false
   * @throws TenantError `embedded_only`, `code_unknown`, `code_expired`, `code_used`, `code_used_twice`, `user_unknown`,
   * `user_disabled`, `mfa_required`, `not_assigned`, `administrator_needed`, `app_unavailable`
   * @example
   * ```ts
   * import { startTenant } from "@doorcode/tenant";
   *
   * const tenant = await startTenant({ store: { sqlite: ":memory:" }, dataDir: "./tenant-data" });
   * await tenant.admin.people.add({ email: "ada@contoso.example", password: "violet-harbour-1871" });
   * await tenant.approve("BCDF-GHJK", { as: "ada@contoso.example" });
   * ```
   */
  approve(code: string, options: { as: string; mfa?: boolean }): Promise<Approval>;
  /**
   * Denies a device's code. The device learns it with its next poll.
   * @throws TenantError `code_unknown`, `code_expired`, `code_used`, `code_used_twice`
   */
  deny(code: string): Promise<{ app: string }>;
  /**
   * Returns the mails to an address, newest first, after all pending mails are sent.
   * @throws TenantError `inbox_missing` if a mailer sends the mails
   */
  mails(options: { to: string }): Promise<ReceivedMail[]>;
  /** What a tester can do with this tenant: move its clock, make it fail, return to a snapshot, get tokens. */
  testing: Testing;
  /**
   * Returns an access token for Graph only, with all its scopes, valid for ten minutes: anyone who runs the tenant may
   * administer it. Each token is in the audit log.
   */
  operatorToken(): Promise<string>;
  /** `http://localhost:PORT/inbox`, for this computer only; null if there is no inbox. */
  inbox: string | null;
  /** The token for the inbox's REST API; null if there is no inbox. */
  inboxToken: string | null;
  /** The console for those who run the tenant: `http://localhost:PORT/console`, or on the origin of the pages. */
  console: string;
  /**
   * Opens the console of the embedded default, as the fragment of its address: `/console#KEY`. Valid until the tenant
   * stops. Null on any other tenant, whose administrators sign in. Secret.
   */
  consoleKey: string | null;
  /**
   * Stops the tenant within a second, or after the time for draining (`drainMs`). Requests in progress are answered.
   * Called again, it ends the draining.
   */
  close(): Promise<void>;
}

/** What a started tenant exposes. */
export async function runningTenant(
  ctx: TenantContext,
  parts: Pick<RunningTenant, "port" | "monitoringPort" | "ca" | "inboxToken" | "consoleKey" | "testing" | "close">,
): Promise<RunningTenant> {
  const { config, store } = ctx;
  return {
    ...parts,
    authority: `${config.issuerOrigin}/${config.tenantId}`,
    tenantId: config.tenantId,
    issuer: issuerOf(config),
    pages: config.pagesOrigin,
    caFile: config.caFile,
    verificationUri: `${config.pagesOrigin}/device`,
    console: `${config.embedded ? config.localPagesOrigin : config.pagesOrigin}/console`,
    inbox: parts.inboxToken === null ? null : `${config.localPagesOrigin}/inbox`,
    ...(await registrationsOf(store)),
    graph: graphOf(config),
    admin: operatorAdmin(ctx),
    approve: (code, { as, mfa }) => approveInName(ctx, { code, as, mfa }),
    deny: (code) => denyCode(ctx, code),
    async mails({ to }) {
      if (parts.inboxToken === null) {
        const hint = "Read the mails where your mailer sends them. Only the embedded tenant has its own inbox.";
        throw new TenantError("inbox_missing", "This tenant has no inbox.", hint);
      }
      const mails = await inboxOf(ctx).list(to);
      return mails.map(({ to, subject, text, html }) => ({ to, subject, text, html }));
    },
    operatorToken: async () => (await issueOperatorToken(ctx)).token,
  };
}
