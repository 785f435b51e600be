// Sends the sign-up code by email through Debian's Exim, in a scratch folder, with STARTTLS and its own certificate.
// Installs nothing, listens on loopback only, leaves nothing behind.
//   node tools/node24.mjs --conditions=doorcode-source tests/mail/with-exim.ts
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, randomInt, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import PostalMime from "postal-mime";
import { readDkim } from "../../packages/tenant/src/mail/dkim.ts";
import { MailError } from "../../packages/tenant/src/mail/mailer.ts";
import { codeMail } from "../../packages/tenant/src/mail/messages.ts";
import { createSmtpMailer, type SmtpOptions } from "../../packages/tenant/src/mail/smtp-mailer.ts";
import { createAuthority, issueLeaf } from "../../packages/tenant/src/server/certificates.ts";
import { contoso } from "../../packages/tenant/test/mail/sender.ts";
import { verifyDkim } from "../../packages/tenant/test/mail/verify-dkim.ts";
import { freePort } from "../fixtures/free-port.ts";

const PATIENCE_MS = 20_000;

const exim = ["/usr/sbin/exim4", "/usr/sbin/exim"].find((path) => existsSync(path));
if (exim === undefined) {
  console.error("Exim is not installed. On Debian: apt-get install --no-install-recommends exim4-daemon-light");
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), "doorcode-exim-"));
let server: ChildProcess | undefined;
try {
  await run(exim);
} finally {
  if (server && server.exitCode === null) {
    const exit = once(server, "exit");
    server.kill("SIGTERM");
    await exit;
  }
  await rm(folder, { recursive: true, force: true });
}

async function run(program: string): Promise<void> {
  const port = await freePort();
  const authority = await createAuthority(["localhost"], Date.now());
  const leaf = await issueLeaf(authority, ["localhost"], Date.now());
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const dkimFile = join(folder, "dkim.pem");
  for (const name of ["spool", "log", "mail"]) await mkdir(join(folder, name));
  await writeFile(dkimFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  await writeFile(join(folder, "server.pem"), leaf.cert);
  await writeFile(join(folder, "server.key"), leaf.key, { mode: 0o600 });
  const config = join(folder, "exim.conf");
  await writeFile(config, configuration(port), { mode: 0o644 });
  giveToDaemon();

  server = spawn(program, ["-C", config, "-bdf"], { stdio: ["ignore", "inherit", "inherit"] });
  server.on("error", (error) => console.error(error.message));
  await until(() => answers(port), "Exim did not start.");
  const version = /version (\S+)/.exec(execFileSync(program, ["-bV"], { encoding: "utf8" }))?.[1];
  console.log(`Exim ${version} answers at localhost:${port}`);

  const options: SmtpOptions = {
    host: "localhost",
    port,
    security: "starttls",
    ca: authority.pem,
    from: "Contoso <no-reply@contoso.example>",
    dkim: readDkim(`contoso.example:mail2026:${dkimFile}`),
  };
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const id = randomUUID();
  const mail = {
    id,
    ...codeMail("signUp", { to: "ada@contoso.example", sender: contoso, locale: "en", code, minutes: 10 }),
  };
  const mailer = createSmtpMailer(options);
  await mailer.send(mail);
  const mailbox = join(folder, "mail", "ada");
  await until(async () => (await mainLog()).includes("Completed"), "The mail did not arrive.");
  const raw = await readFile(mailbox);
  const arrived = await PostalMime.parse(raw);
  const field = (name: string) => arrived.headers.find(({ key }) => key === name)?.value ?? "";
  const seen = {
    from: `${arrived.from?.name} <${arrived.from?.address}>`,
    to: arrived.to?.map(({ address }) => address).join(),
    subject: arrived.subject,
    "message-id": arrived.messageId,
    "auto-submitted": field("auto-submitted"),
    received: field("received").replace(/\s+/g, " "),
    text: /^\d{8}$/m.exec(arrived.text ?? "")?.[0],
    html: />(\d{8})</.exec(arrived.html ?? "")?.[1],
    dkim: verifyDkim(Buffer.from(raw.toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1"), publicKey).holds,
  };
  for (const [name, value] of Object.entries(seen)) console.log(`  ${name.padEnd(16)}${value}`);
  expect(seen.text === code && seen.html === code, "the code is in text and HTML");
  expect(seen["message-id"] === `<${id}@contoso.example>`, "the Message-ID is the mail's own");
  expect(/with esmtps.*TLS1\.[23]/i.test(seen.received), "it came over TLS");
  expect(seen.dkim, "its DKIM signature holds");

  const unknown = await failure(() => mailer.send({ ...mail, to: "nobody@contoso.example" }));
  expect(unknown === "mail_refused 550", `an address that it does not know: ${unknown}`);
  const busy = await failure(() => mailer.send({ ...mail, to: "later@contoso.example" }));
  expect(busy === "mail_deferred 451", `an address that it puts off: ${busy}`);
  await mailer.close();
  const plain = createSmtpMailer({ ...options, security: "none" });
  const cleartext = await failure(() => plain.send(mail));
  expect(cleartext === "mail_refused 550", `without TLS: ${cleartext}`);
  await plain.close();
}

/** Accepts mail for two addresses of one domain, over TLS only, and writes it to files in this folder. */
function configuration(port: number): string {
  const { user, group } = daemon();
  return `
primary_hostname = localhost
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
exim_user = ${user}
exim_group = ${group}
never_users =
deliver_drop_privilege = ${process.getuid?.() === 0 ? "false" : "true"}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
process_log_path = ${folder}/process
tls_advertise_hosts = *
tls_certificate = ${folder}/server.pem
tls_privatekey = ${folder}/server.key
rfc1413_query_timeout = 0s
keep_environment =
acl_smtp_rcpt = recipient
begin acl
recipient:
  deny    message = TLS first
          !encrypted = *
  defer   message = try again later
          local_parts = later
  accept  domains = contoso.example
          local_parts = ada
          control = dkim_disable_verify
  deny    message = unknown user
begin routers
mailbox:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  file = ${folder}/mail/ada
  create_file = anywhere
  user = ${user}
  group = ${group}
begin retry
begin rewrite
begin authenticators
`;
}

/** Exim drops root for its own user; started by another user, it keeps running as that user. */
function daemon(): { user: string; group: string } {
  if (process.getuid?.() === 0) return { user: "Debian-exim", group: "Debian-exim" };
  const id = (flag: string) => execFileSync("id", [flag], { encoding: "utf8" }).trim();
  return { user: id("-un"), group: id("-gn") };
}

function giveToDaemon(): void {
  if (process.getuid?.() !== 0) return;
  const { user, group } = daemon();
  const names = ["", "spool", "log", "mail", "server.pem", "server.key"];
  execFileSync("chown", [`${user}:${group}`, ...names.map((name) => join(folder, name))]);
}

function mainLog(): Promise<string> {
  return readFile(join(folder, "log", "mainlog"), "utf8").catch(() => "");
}

async function failure(send: () => Promise<void>): Promise<string> {
  try {
    await send();
    return "was sent";
  } catch (error) {
    return error instanceof MailError ? `${error.code} ${error.status}` : String(error);
  }
}

function expect(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(`Not so: ${sentence}`);
  console.log(`ok  ${sentence}`);
}

async function until(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end || server?.exitCode !== null) {
      throw new Error(`${otherwise}\n${await mainLog()}`);
    }
    await sleep(50);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "data");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
