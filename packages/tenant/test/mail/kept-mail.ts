// A tenant in its own process, which is killed while its mail server keeps it waiting.
import { createSmtpMailer, type SmtpOptions } from "../../src/mail/smtp-mailer.ts";
import { createLogger } from "../../src/server/logger.ts";
import { startWithContext } from "../../src/server/start-tenant.ts";

const { sqlite, dataDir, smtp, now, mail, expiresAt } = JSON.parse(process.argv[2]!) as KeptMail;

export interface KeptMail {
  sqlite: string;
  dataDir: string;
  smtp: SmtpOptions;
  now: number;
  mail: { to: string; subject: string; text: string; html: string };
  expiresAt: number;
}

// No process is left to kill this one, so it exits on its own.
process.on("disconnect", () => process.exit());
const tenant = await startWithContext({
  store: { sqlite },
  dataDir,
  port: 0,
  pagesPort: 0,
  clock: { now: () => now },
  log: createLogger("silent"),
  mailer: createSmtpMailer(smtp),
});
await tenant.context.mail.post(mail, { expiresAt });
process.send?.("kept");
