import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { MailError } from "../../src/mail/mailer.ts";
import { accountExistsMail, codeMail, noAccountMail, noPasswordMail } from "../../src/mail/messages.ts";
import { checkSmtp, createSmtpMailer, type SmtpOptions } from "../../src/mail/smtp-mailer.ts";
import { locales } from "../../src/ui/i18n/languages.ts";
import { FROM, mailServer } from "./mail-server.ts";
import { contoso } from "./sender.ts";

const id = randomUUID();
const mail = {
  id,
  ...codeMail("signUp", {
    to: "ada@contoso.example",
    sender: contoso,
    locale: "en",
    code: "04718293",
    minutes: 10,
  }),
};

const failsWith =
  (code: MailError["code"], status: number | null = null) =>
  (error: unknown) => {
    assert.ok(error instanceof MailError && error.hint !== "");
    assert.deepEqual([error.code, error.status], [code, status]);
    return true;
  };

describe("mail by SMTP", { concurrency: true }, () => {
  for (const security of ["tls", "starttls"] as const) {
    test(`${security}: the mail arrives encrypted, in text and HTML, with the code on its own line`, async (t) => {
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

  test("a mail says that a program wrote it, where to reply, and has the same ID at every attempt", async (t) => {
    const { received, options } = await mailServer(t, { tls: "starttls" });
    const mailer = createSmtpMailer({ ...options, security: "starttls", replyTo: "Help <help@contoso.example>" });
    await mailer.send(mail);
    await mailer.send(mail);
    await mailer.close();
    assert.equal(received.length, 2);
    for (const { mail: one } of received) {
      assert.equal(one.messageId, `<${id}@contoso.example>`);
      assert.equal(one.headers.find(({ key }) => key === "auto-submitted")?.value, "auto-generated");
      assert.equal(one.replyTo?.[0]?.address, "help@contoso.example");
    }
  });

  test("starttls is required: a server without it gets neither mail nor password", async (t) => {
    const { received, options } = await mailServer(t, { tls: "none" });
    const mailer = createSmtpMailer({ ...options, security: "starttls", user: "contoso", password: "hunter2" });
    await assert.rejects(mailer.send(mail), failsWith("mail_unreachable", 500));
    await mailer.close();
    assert.equal(received.length, 0);
    const plain = createSmtpMailer({ ...options, security: "none" });
    await plain.send(mail);
    await plain.close();
    assert.equal(received.length, 1);
  });

  test("without TLS no password is sent, and another computer is used only if that is set explicitly", () => {
    const options = { host: "127.0.0.1", port: 25, from: FROM, security: "none" } as const;
    const refused = failsWith("mail_configuration");
    assert.throws(() => createSmtpMailer({ ...options, user: "contoso", password: "hunter2" }), refused);
    for (const host of ["mail.contoso.example", "192.0.2.1", "localhost.contoso.example"]) {
      assert.throws(() => createSmtpMailer({ ...options, host }), refused);
      assert.ok(createSmtpMailer({ ...options, host, allowCleartext: true }));
    }
    for (const host of ["localhost", "127.0.0.1", "::1"]) assert.ok(createSmtpMailer({ ...options, host }));
  });

  test("a sender that is not an address is detected at startup", () => {
    for (const from of ["", "Contoso", "a@contoso.example, b@contoso.example", "@contoso.example"]) {
      const create = () => createSmtpMailer({ host: "localhost", port: 25, security: "starttls", from });
      assert.throws(create, failsWith("mail_configuration"), from);
    }
  });

  test("a certificate of an unknown authority is refused", async (t) => {
    const { received, options } = await mailServer(t, { tls: "tls" });
    const { ca: _ca, ...unknown } = options;
    const mailer = createSmtpMailer({ ...unknown, security: "tls" });
    await assert.rejects(mailer.send(mail), failsWith("mail_unreachable"));
    await mailer.close();
    assert.equal(received.length, 0);
  });

  test("a server that is down counts as temporary", async () => {
    const noServer = createSmtpMailer({ host: "localhost", port: 1, from: FROM, security: "starttls" });
    await assert.rejects(noServer.send(mail), failsWith("mail_unreachable"));
    await noServer.close();
  });

  test("an unusable server is named with its port and the reason", async (t) => {
    const tls = (await mailServer(t, { tls: "tls" })).options;
    const starttls = (await mailServer(t, { tls: "starttls" })).options;
    const plain = (await mailServer(t, { tls: "none" })).options;
    const { ca: _ca, ...unknown } = tls;
    const cases: [SmtpOptions, reason: string, hint: RegExp][] = [
      [{ ...plain, port: 1, security: "starttls" }, "ECONNREFUSED", /running/],
      [{ ...plain, host: "mail.contoso.invalid", security: "starttls" }, "(ENOTFOUND|EAI_AGAIN)", /host/],
      [{ ...unknown, security: "tls" }, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", /mail\.caFile/],
      [{ ...tls, host: "127.0.0.1", security: "tls" }, "ERR_TLS_CERT_ALTNAME_INVALID", /for this host/],
      [{ ...starttls, security: "tls" }, "ERR_SSL_WRONG_VERSION_NUMBER", /starttls for port 587/],
      [{ ...plain, security: "starttls" }, "ETLS", /starttls for port 587/],
    ];
    for (const [options, reason, hint] of cases) {
      await assert.rejects(checkSmtp(options), (error: MailError) => {
        const { host, port } = options;
        assert.match(
          error.message,
          new RegExp(`^Cannot use the mail server ${host}, port ${port} \\(${reason}\\)\\.$`),
        );
        assert.match(error.hint, hint);
        return true;
      });
    }
  });

  // A reply about the recipient or the mail is permanent or temporary by its code; a reply about us is for the
  // operator.
  const answers = [
    ["RCPT", 550, "mail_refused"],
    ["RCPT", 553, "mail_refused"],
    ["RCPT", 450, "mail_deferred"],
    ["RCPT", 451, "mail_deferred"],
    ["RCPT", 503, "mail_unreachable"],
    ["DATA", 554, "mail_refused"],
    ["DATA", 452, "mail_deferred"],
    ["MAIL", 550, "mail_configuration"],
    ["MAIL", 530, "mail_configuration"],
    ["MAIL", 421, "mail_deferred"],
  ] as const;
  for (const [at, status, code] of answers) {
    test(`${status} to ${at} is ${code}`, async (t) => {
      const answer = (stage: string) => (stage === at ? status : undefined);
      const { received, options } = await mailServer(t, { tls: "starttls", answer });
      const mailer = createSmtpMailer({ ...options, security: "starttls" });
      await assert.rejects(mailer.send(mail), failsWith(code, status));
      await mailer.close();
      assert.equal(received.length, 0);
    });
  }

  test("a wrong password, or a missing one, is for the operator to fix", async (t) => {
    const { options } = await mailServer(t, { tls: "starttls", closed: true });
    const wrong = createSmtpMailer({ ...options, security: "starttls", user: "contoso", password: "hunter3" });
    await assert.rejects(wrong.send(mail), failsWith("mail_configuration", 535));
    await wrong.close();
    const none = createSmtpMailer({ ...options, security: "starttls" });
    await assert.rejects(none.send(mail), failsWith("mail_configuration", 530));
    await none.close();
  });

  test("closing cancels what a server leaves hanging", async (t) => {
    const reached = Promise.withResolvers<void>();
    const answer = () => {
      reached.resolve();
      return new Promise<undefined>(() => undefined);
    };
    const { options } = await mailServer(t, { tls: "starttls", answer });
    const mailer = createSmtpMailer({ ...options, security: "starttls" });
    const sending = assert.rejects(mailer.send(mail), failsWith("mail_unreachable"));
    await reached.promise;
    await mailer.close();
    await sending;
  });

  test("an address cannot add a recipient or a header", async (t) => {
    const { received, options } = await mailServer(t, { tls: "none" });
    const mailer = createSmtpMailer({ ...options, security: "none" });
    for (const to of ["a@contoso.example, b@contoso.example", "a@contoso.example\r\nBcc: b@contoso.example"]) {
      await mailer.send({ ...mail, to }).catch(() => {});
    }
    // The server's reply, and addresses that never get that far.
    await assert.rejects(mailer.send({ ...mail, to: "not an address" }), failsWith("mail_refused", 501));
    await assert.rejects(mailer.send({ ...mail, to: "<" }), failsWith("mail_refused"));
    await mailer.close();
    for (const { to, mail: one } of received) {
      assert.ok(!to.includes("b@contoso.example"), JSON.stringify(to));
      assert.equal(one.bcc, undefined);
    }
  });
});

describe("the texts of mails", () => {
  const messages = locales.flatMap((locale) => {
    const about = { to: "x@y.example", sender: { ...contoso, name: 'A&B <img src="https://evil.example">' }, locale };
    const code = { ...about, code: "12345678", minutes: 10 };
    return [
      ...(["signUp", "signIn", "secondFactor", "reset"] as const).map((what) => codeMail(what, code)),
      accountExistsMail(about),
      noPasswordMail(about),
      noAccountMail({ ...about, mayCreate: true }),
    ];
  });

  test("the HTML is escaped and loads nothing", () => {
    for (const { html } of messages) {
      assert.doesNotMatch(html, /<(?:img|script|link|iframe)|url\(|<[^>]*\s(?:src|href|background)=/);
      assert.match(html, /A&amp;B &lt;img src=&quot;https:\/\/evil\.example&quot;&gt;/);
    }
  });

  test("subjects contain the tenant's name on one line, no code, and no user input", () => {
    for (const { subject } of messages) {
      assert.doesNotMatch(subject, /x@y|12345678/);
      assert.doesNotMatch(subject, /[\r\n]/);
    }
    const lines = codeMail("signUp", {
      to: "x@y.example",
      sender: { ...contoso, name: "A\r\nBcc: e@e" },
      locale: "en",
      code: "1",
      minutes: 10,
    });
    assert.equal(lines.subject, "Your code for A Bcc: e@e");
  });

  test("both parts are in the requested language, with the code on its own line", () => {
    const about = { to: "x@y.example", sender: contoso, code: "12345678" } as const;
    const german = codeMail("signUp", { ...about, locale: "de", minutes: 10 });
    assert.equal(german.subject, "Ihr Code für Contoso");
    assert.match(german.text, /^Geben Sie diesen Code ein, .*:\n\n12345678\n\nEr gilt 10 Minuten lang/);
    assert.match(german.html, /<html lang="de" dir="ltr">.*Er gilt 10 Minuten lang/s);
    assert.match(codeMail("signUp", { ...about, locale: "de", minutes: 1 }).text, /1 Minute lang/);
    assert.match(codeMail("signUp", { ...about, locale: "en", minutes: 1 }).text, /works for 1 minute,/);
  });
});
