import { join, resolve } from "node:path";
import type { Mailer } from "../mail/mailer.ts";
import { createSmtpMailer } from "../mail/smtp-mailer.ts";
import type { StartOptions } from "../server/start-tenant.ts";
import { TenantError } from "../server/tenant-error.ts";

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

/** The mail server of a tenant without an inbox: `DOORCODE_SMTP` (smtps://user:password@host, or smtp:// with STARTTLS) and `DOORCODE_MAIL_FROM`. */
export function mailerFrom(env: NodeJS.ProcessEnv): Mailer | undefined {
  if (!env.DOORCODE_SMTP) return undefined;
  const url = URL.canParse(env.DOORCODE_SMTP) ? new URL(env.DOORCODE_SMTP) : undefined;
  const tls = url?.protocol === "smtps:";
  if (!url || !env.DOORCODE_MAIL_FROM || !(tls || url.protocol === "smtp:")) {
    throw new TenantError(
      "usage",
      "DOORCODE_SMTP and DOORCODE_MAIL_FROM together name the mail server and the sender.",
      "For example smtps://user:password@mail.contoso.example and 'Contoso <no-reply@contoso.example>'.",
    );
  }
  return createSmtpMailer({
    host: url.hostname,
    port: Number(url.port || (tls ? 465 : 587)),
    security: tls ? "tls" : "starttls",
    from: env.DOORCODE_MAIL_FROM,
    ...(url.username ? { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } : {}),
  });
}

const sqliteFile = (path: string) => (path === ":memory:" ? path : resolve(path));
