import { join, resolve } from "node:path";
import { TenantError } from "../kernel/tenant-error.ts";
import { readDkim } from "../mail/dkim.ts";
import type { Mailer } from "../mail/mailer.ts";
import { createSmtpMailer, type SmtpOptions } from "../mail/smtp-mailer.ts";
import type { StartOptions } from "../server/start-tenant.ts";

/**
 * The store of a tenant: `--store-file`, else `DOORCODE_STORE` (a file or a PostgreSQL URL; behind a pooler, the URL
 * without it is `DOORCODE_STORE_DIRECT`), else a file in the data folder.
 *
 * @throws TenantError `usage`
 *
 * @example
 * ```ts
 * import { defaultDataDir, storeFrom } from "@doorcode/tenant/operator";
 *
 * console.log(storeFrom(process.env, undefined, defaultDataDir()));
 * ```
 */
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
        "Set the environment variable DOORCODE_STORE to the URL.",
      );
    }
    return { sqlite: sqliteFile(storeFile) };
  }
  const configured = env.DOORCODE_STORE;
  if (!configured) return { sqlite: join(resolve(dataDir), "tenant.db") };
  if (isPostgresUrl(configured)) {
    const direct = env.DOORCODE_STORE_DIRECT;
    if (!direct) return { postgres: configured };
    if (isPostgresUrl(direct)) return { postgres: configured, direct };
    throw new TenantError(
      "usage",
      "DOORCODE_STORE_DIRECT is not a PostgreSQL URL.",
      "Give the URL of the same database without the pooler between.",
    );
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(configured)) {
    throw new TenantError(
      "usage",
      "DOORCODE_STORE names an unknown kind of store.",
      "Give a postgres:// URL, or the path of a SQLite file.",
    );
  }
  return { sqlite: sqliteFile(configured) };
}

const isPostgresUrl = (text: string) => /^postgres(?:ql)?:\/\//i.test(text);

/** Encryption and port of each scheme of `DOORCODE_SMTP`. Sending without TLS needs a scheme of its own. */
const schemes: Record<string, { security: SmtpOptions["security"]; port: number }> = {
  "smtps:": { security: "tls", port: 465 },
  "smtp:": { security: "starttls", port: 587 },
  "smtp+insecure:": { security: "none", port: 25 },
};

/**
 * The mail server of a tenant without an inbox: `DOORCODE_SMTP`, `DOORCODE_MAIL_FROM` and, to sign mails,
 * `DOORCODE_DKIM`. Undefined if `DOORCODE_SMTP` is not set.
 *
 * @throws TenantError `usage`, MailError `mail_configuration`
 *
 * @example
 * ```ts
 * import { mailerFrom } from "@doorcode/tenant/operator";
 *
 * const mailer = mailerFrom(process.env);
 * await mailer?.close();
 * ```
 */
export function mailerFrom(env: NodeJS.ProcessEnv): Mailer | undefined {
  if (!env.DOORCODE_SMTP) return undefined;
  const url = URL.canParse(env.DOORCODE_SMTP) ? new URL(env.DOORCODE_SMTP) : undefined;
  const scheme = url && schemes[url.protocol];
  if (!url?.hostname || !scheme || !env.DOORCODE_MAIL_FROM) {
    throw new TenantError(
      "usage",
      "DOORCODE_SMTP or DOORCODE_MAIL_FROM is missing or invalid: the mail server and the sender.",
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
