import { join, resolve } from "node:path";
import { TenantError } from "../kernel/tenant-error.ts";
import { readDkim } from "../mail/dkim.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createSmtpMailer, type SmtpOptions } from "../mail/smtp-mailer.ts";
import type { StartOptions } from "../server/start-tenant.ts";

/** `--store-file`, else `DOORCODE_STORE` (a file or a PostgreSQL URL), else a file in the data folder. */
export function storeFrom(
  env: NodeJS.ProcessEnv,
  storeFile: string | undefined,
  dataDir: string,
): StartOptions["store"] {
  if (storeFile !== undefined) {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(storeFile)) {
      throw new TenantError(
        "usage",
        "--store-file takes a file, not a URL.",
        "Put the URL into the environment variable DOORCODE_STORE.",
      );
    }
    return { sqlite: sqliteFile(storeFile) };
  }
  const configured = env.DOORCODE_STORE;
  if (!configured) return { sqlite: join(resolve(dataDir), "tenant.db") };
  if (/^postgres(?:ql)?:\/\//i.test(configured)) return { postgres: configured };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(configured)) {
    throw new TenantError(
      "usage",
      "DOORCODE_STORE names a kind of store that there is not.",
      "It is a postgres:// URL, or the path of a SQLite file.",
    );
  }
  return { sqlite: sqliteFile(configured) };
}

/** How each scheme of `DOORCODE_SMTP` is protected, and its port. That mails travel in the clear has to be said in so many words. */
const schemes: Record<string, { security: SmtpOptions["security"]; port: number }> = {
  "smtps:": { security: "tls", port: 465 },
  "smtp:": { security: "starttls", port: 587 },
  "smtp+insecure:": { security: "none", port: 25 },
};

/** The mail server of a tenant without an inbox: `DOORCODE_SMTP`, `DOORCODE_MAIL_FROM` and, to sign its mails, `DOORCODE_DKIM`. */
export function mailerFrom(env: NodeJS.ProcessEnv): Mailer | undefined {
  if (!env.DOORCODE_SMTP) return undefined;
  const url = URL.canParse(env.DOORCODE_SMTP) ? new URL(env.DOORCODE_SMTP) : undefined;
  const scheme = url && schemes[url.protocol];
  if (!url?.hostname || !scheme || !env.DOORCODE_MAIL_FROM) {
    throw new TenantError(
      "usage",
      "DOORCODE_SMTP and DOORCODE_MAIL_FROM together name the mail server and the sender.",
      "For example smtps://user:password@mail.contoso.example and 'Contoso <no-reply@contoso.example>'.",
    );
  }
  return createSmtpMailer({
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || scheme.port),
    security: scheme.security,
    allowCleartext: scheme.security === "none",
    from: env.DOORCODE_MAIL_FROM,
    ...(env.DOORCODE_DKIM ? { dkim: readDkim(env.DOORCODE_DKIM) } : {}),
    ...(url.username ? { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } : {}),
  });
}

const sqliteFile = (path: string) => (path === ":memory:" ? path : resolve(path));
