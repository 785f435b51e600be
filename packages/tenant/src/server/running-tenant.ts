import { type Approval, approveInName, denyCode } from "../admin/decisions.ts";
import { operatorAdmin } from "../admin/operator-admin.ts";
import { issueOperatorToken } from "../admin/operator-token.ts";
import { type Registrations, registrationsOf } from "../admin/registered-apps.ts";
import type { TenantAdmin } from "../admin/tenant-admin.ts";
import { normalizeEmail } from "../directory/entities.ts";
import { graphOf, issuerOf } from "../directory/tenant-config.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { TenantContext } from "./apps.ts";

/** A mail that the tenant has sent. */
export interface ReceivedMail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** A tenant that answers, and what a program can do with it. */
export interface RunningTenant {
  /** `https://localhost:PORT/<tid>`: what a client is configured with. */
  authority: string;
  tenantId: string;
  /** The `iss` of its tokens. */
  issuer: string;
  /** Origin of the pages. */
  pages: string;
  /** The local CA's file; empty where the operator's certificate or proxy serves TLS. */
  caFile: string;
  /** Its PEM, likewise. */
  ca: string;
  verificationUri: string;
  /** The port it listens on, which is not the public URL's behind a proxy. */
  port: number;
  /** As of its start, without the command line's own, which every tenant has; later ones: `admin.apps.list()`. */
  apps: Registrations["apps"];
  /** As of its start; later ones: `admin.apis.list()`. */
  apis: Registrations["apis"];
  /** Base URL of Graph: `https://localhost:PORT/graph/v1.0`. */
  graph: string;
  /** Changes people, groups, apps, APIs, user flows and policies; each change is in the audit log. */
  admin: TenantAdmin;
  /**
   * Approves the code that a device shows in a person's name, through every check that their browser would meet.
   *
   * @param options.as the person's email address
   * @throws TenantError `code_unknown`, `code_expired`, `code_used`, `code_used_twice`, `user_unknown`, `user_disabled`,
   *   `mfa_required`, `not_assigned`, `administrator_needed`, `app_unavailable`
   * @example
   * await tenant.admin.people.add({ email: "ada@contoso.example", password: "violet-harbour-1871" });
   * await tenant.approve("BCDF-GHJK", { as: "ada@contoso.example" });
   */
  approve(code: string, options: { as: string }): Promise<Approval>;
  /**
   * Denies it; the device hears so at its next poll.
   *
   * @throws TenantError `code_unknown`, `code_expired`, `code_used`, `code_used_twice`
   */
  deny(code: string): Promise<{ app: string }>;
  /**
   * Mails to that address, newest first, once all that is due has gone out.
   *
   * @throws TenantError `inbox_missing` where mails go to a mailer
   */
  mails(options: { to: string }): Promise<ReceivedMail[]>;
  /**
   * A token for Graph alone, with all its scopes, for ten minutes: whoever runs the tenant may administer it. Each one is
   * in the audit log.
   */
  operatorToken(): Promise<string>;
  /** For the inbox's REST fetch; null where there is no inbox. */
  inboxToken: string | null;
  /** Ends within a second; requests in flight are answered. */
  close(): Promise<void>;
}

/** What a tenant that has started shows of itself. */
export async function runningTenant(
  ctx: TenantContext,
  parts: Pick<RunningTenant, "port" | "ca" | "inboxToken" | "close">,
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
    ...(await registrationsOf(store)),
    graph: graphOf(config),
    admin: operatorAdmin(ctx),
    approve: (code, { as }) => approveInName(ctx, { code, as }),
    deny: (code) => denyCode(ctx, code),
    async mails({ to }) {
      if (parts.inboxToken === null) {
        const hint = "Read them where your mailer sends them; only the embedded tenant has an inbox of its own.";
        throw new TenantError("inbox_missing", "This tenant has no inbox.", hint);
      }
      await ctx.mail.deliverDue();
      const mails = await store.mail.listMails(normalizeEmail(to));
      return mails.map(({ to, subject, text, html }) => ({ to, subject, text, html }));
    },
    operatorToken: async () => (await issueOperatorToken(ctx)).token,
  };
}
