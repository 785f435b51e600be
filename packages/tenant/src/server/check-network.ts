import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { checkSmtp, type SmtpOptions } from "../mail/smtp-mailer.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { askPublicUrl } from "./public-url.ts";

/**
 * Signs in to the mail server and sends nothing.
 *
 * @throws MailError
 */
export async function checkMailServer(mail: SmtpOptions): Promise<Finding[]> {
  await checkSmtp(mail);
  const login = mail.user === undefined ? "" : ", and accepts the login";
  return [ok("mail_server", `${mail.host} responds on port ${mail.port}${login}.`)];
}

/** @param running whether the tenant, which then uses the port, is running, or may be */
export async function checkPort(
  part: "port" | "monitoring_port",
  { host, port }: { host: string; port: number },
  running: boolean,
): Promise<Finding> {
  return judgePort(part, `${host} port ${port}`, await bindError(host, port), running);
}

/** @param code why this process cannot listen; undefined if it can */
export function judgePort(
  part: "port" | "monitoring_port",
  where: string,
  code: string | undefined,
  running: boolean,
): Finding {
  if (code === undefined) return ok(part, `${where} is free.`);
  // Without the privilege for a port below 1024, the system does not say whether it is in use.
  if (running && (code === "EADDRINUSE" || code === "EACCES")) {
    return ok(part, `${where} is in use, presumably by the running tenant.`);
  }
  if (code === "EADDRINUSE") {
    return error(part, `${where} is already in use by another program.`, "Stop it, or choose another port.");
  }
  if (code === "EACCES") {
    const hint = "Ports below 1024 need a privilege. Ignore this if the service manager gives it to the tenant.";
    return warning(part, `This user may not listen on ${where} (${code}).`, hint);
  }
  return error(part, `This machine cannot listen on ${where} (${code}).`, "The address must belong to this machine.");
}

function bindError(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (failed: NodeJS.ErrnoException) => done(failed.code ?? failed.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

/**
 * @param tenantId undefined before the first start
 * @param trustedFiles certificates to trust in addition to the system's
 */
export async function checkPublicUrl(
  publicUrl: string,
  tenantId: string | undefined,
  trustedFiles: readonly string[] = [],
): Promise<{ isOurs: boolean; finding: Finding }> {
  // A file that cannot be read is reported by the check of the certificate, or leaves the URL untrusted.
  const read = await Promise.all(trustedFiles.map((file) => readFile(file, "utf8").catch(() => "")));
  const trusted = read.filter((pem) => pem.includes("-----BEGIN CERTIFICATE-----"));
  const answer = await askPublicUrl(publicUrl, tenantId, trusted);
  if (answer.by === "this tenant") {
    return { isOurs: true, finding: ok("public_url", `${publicUrl} is answered by this tenant.`) };
  }
  const finding =
    answer.by === "nothing yet"
      ? warning(
          "public_url",
          answer.reason,
          "Ignore this while the tenant does not run. Otherwise check DNS, the firewall, the proxy and the certificate.",
        )
      : error("public_url", answer.reason, "Check the public URL, DNS, and where the proxy sends its requests.");
  return { isOurs: false, finding };
}
