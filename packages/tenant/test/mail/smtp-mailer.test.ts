import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import { MailError } from "../../src/mail/mailer.ts";
import { accountExistsMail, signUpCodeMail } from "../../src/mail/messages.ts";
import { createSmtpMailer } from "../../src/mail/smtp-mailer.ts";
import { locales } from "../../src/messages/languages.ts";
import { createAuthority, issueLeaf } from "../../src/server/certificates.ts";

const FROM = "Contoso <no-reply@contoso.example>";

interface Received {
  to: string[];
  secure: boolean;
  mail: Email;
}

/** A mail server with a certificate of its own authority. */
async function mailServer(t: TestContext, options: { tls: "none" | "starttls" | "tls"; refuse?: boolean }) {
  const now = Date.now();
  const authority = await createAuthority(["localhost"], now);
  const { key, cert } = await issueLeaf(authority, ["localhost"], now);
  const received: Received[] = [];
  const server = new SMTPServer({
    key,
    cert,
    secure: options.tls === "tls",
    disabledCommands: options.tls === "none" ? ["STARTTLS"] : [],
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === "contoso" && password === "hunter2") done(null, { user: username });
      else done(new Error("wrong"));
    },
    onRcptTo: (_address, _session, done) => {
      if (options.refuse) done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
      else done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const mail = await PostalMime.parse(Buffer.concat(chunks));
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), secure: session.secure, mail });
        done();
      });
    },
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { received, options: { host: "localhost", port, from: FROM, ca: authority.pem } };
}

const mail = signUpCodeMail({
  to: "ada@contoso.example",
  tenantName: "Contoso",
  locale: "en",
  code: "04718293",
  minutes: 10,
});

describe("mail by SMTP", { concurrency: true }, () => {
  for (const security of ["tls", "starttls"] as const) {
    test(`${security}: the mail arrives encrypted, in text and HTML, with the code on a line of its own`, async (t) => {
      const { received, options } = await mailServer(t, { tls: security });
      const mailer = createSmtpMailer({ ...options, security, user: "contoso", password: "hunter2" });
      await mailer.send(mail);
      await mailer.close();
      const [one] = received;
      assert.equal(one?.secure, true);
      assert.deepEqual(one?.to, ["ada@contoso.example"]);
      assert.equal(one?.mail.subject, "Your code for Contoso");
      assert.equal(one?.mail.from?.address, "no-reply@contoso.example");
      assert.match(one?.mail.text ?? "", /^04718293$/m);
      assert.match(one?.mail.html ?? "", />04718293</);
    });
  }

  test("starttls is required, not tried: a server without it gets neither mail nor password", async (t) => {
    const { received, options } = await mailServer(t, { tls: "none" });
    const mailer = createSmtpMailer({ ...options, security: "starttls" });
    await assert.rejects(mailer.send(mail), (error) => error instanceof MailError && error.hint !== "");
    await mailer.close();
    assert.equal(received.length, 0);
    const plain = createSmtpMailer({ ...options, security: "none" });
    await plain.send(mail);
    await plain.close();
    assert.equal(received.length, 1);
    assert.throws(
      () => createSmtpMailer({ ...options, security: "none", user: "contoso", password: "hunter2" }),
      (error) => error instanceof MailError && error.code === "mail_configuration",
    );
  });

  test("a certificate of an unknown authority is refused", async (t) => {
    const { received, options } = await mailServer(t, { tls: "tls" });
    const { ca: _ca, ...unknown } = options;
    const mailer = createSmtpMailer({ ...unknown, security: "tls" });
    await assert.rejects(mailer.send(mail), (error) => error instanceof MailError && error.code === "mail_unreachable");
    await mailer.close();
    assert.equal(received.length, 0);
  });

  test("a refusal and a server that is not there are told apart", async (t) => {
    const { options } = await mailServer(t, { tls: "starttls", refuse: true });
    const mailer = createSmtpMailer({ ...options, security: "starttls" });
    await assert.rejects(mailer.send(mail), (error) => error instanceof MailError && error.code === "mail_refused");
    await mailer.close();
    const nobody = createSmtpMailer({ ...options, port: 1, security: "starttls" });
    await assert.rejects(nobody.send(mail), (error) => error instanceof MailError && error.code === "mail_unreachable");
    await nobody.close();
  });

  test("an address cannot add a recipient or a header", async (t) => {
    const { received, options } = await mailServer(t, { tls: "none" });
    const mailer = createSmtpMailer({ ...options, security: "none" });
    for (const to of ["a@contoso.example, b@contoso.example", "a@contoso.example\r\nBcc: b@contoso.example"]) {
      await mailer.send({ ...mail, to }).catch(() => {});
    }
    await mailer.close();
    for (const { to, mail: one } of received) {
      assert.ok(!to.includes("b@contoso.example"), JSON.stringify(to));
      assert.equal(one.bcc, undefined);
    }
  });
});

describe("what the mails say", () => {
  const messages = locales.flatMap((locale) => {
    const about = { to: "x@y.example", tenantName: 'A&B <img src="https://evil.example">', locale };
    return [signUpCodeMail({ ...about, code: "12345678", minutes: 10 }), accountExistsMail(about)];
  });

  test("the HTML is escaped and loads nothing from anywhere", () => {
    for (const { html } of messages) {
      assert.doesNotMatch(html, /<(?:img|script|link|iframe)|url\(|<[^>]*\s(?:src|href|background)=/);
      assert.match(html, /A&amp;B &lt;img src=&quot;https:\/\/evil\.example&quot;&gt;/);
    }
  });

  test("subjects hold the tenant's name on one line, no code, and nothing that was typed", () => {
    for (const { subject } of messages) {
      assert.doesNotMatch(subject, /x@y|12345678/);
      assert.doesNotMatch(subject, /[\r\n]/);
    }
    const lines = signUpCodeMail({
      to: "x@y.example",
      tenantName: "A\r\nBcc: e@e",
      locale: "en",
      code: "1",
      minutes: 10,
    });
    assert.equal(lines.subject, "Your code for A Bcc: e@e");
  });

  test("both parts are in the language that was asked for, with the code on a line of its own", () => {
    const about = { to: "x@y.example", tenantName: "Contoso", code: "12345678" } as const;
    const german = signUpCodeMail({ ...about, locale: "de", minutes: 10 });
    assert.equal(german.subject, "Ihr Code für Contoso");
    assert.match(german.text, /^Geben Sie diesen Code ein, .*:\n\n12345678\n\nEr gilt 10 Minuten lang/);
    assert.match(german.html, /<html lang="de" dir="ltr">.*Er gilt 10 Minuten lang/s);
    assert.match(signUpCodeMail({ ...about, locale: "de", minutes: 1 }).text, /1 Minute lang/);
    assert.match(signUpCodeMail({ ...about, locale: "en", minutes: 1 }).text, /works for 1 minute,/);
  });
});
