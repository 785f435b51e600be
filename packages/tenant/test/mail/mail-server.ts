import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import { createAuthority, issueLeaf } from "../../src/server/certificates.ts";

export const FROM = "Contoso <no-reply@contoso.example>";

export interface Received {
  to: string[];
  secure: boolean;
  raw: Buffer;
  mail: Email;
}

/**
 * A reply code to refuse with, nothing to accept, a promise to keep the client waiting. `lost` accepts and hangs up
 * before its reply.
 */
type Reply = number | "lost" | undefined;

export interface MailServer {
  received: Received[];
  /** What a mailer needs to connect to it. */
  options: { host: string; port: number; from: string; ca: string };
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A mail server with a certificate from its own authority. It can be stopped and restarted on its port. */
export async function mailServer(
  t: TestContext,
  options: {
    tls: "none" | "starttls" | "tls";
    /** Only clients with user and password may send. */
    closed?: boolean;
    /** Its replies to the sender, the recipient and the mail. */
    answer?: (stage: "MAIL" | "RCPT" | "DATA", attempt: number) => Reply | Promise<Reply>;
    running?: boolean;
  },
): Promise<MailServer> {
  const now = Date.now();
  const authority = await createAuthority(["localhost"], now);
  const leaf = await issueLeaf(authority, ["localhost"], now);
  const received: Received[] = [];
  const attempts = { MAIL: 0, RCPT: 0, DATA: 0 };
  const sockets = new Set<Socket>();
  const judge = async (stage: "MAIL" | "RCPT" | "DATA", done: (error?: Error | null) => void) => {
    const reply = await options.answer?.(stage, ++attempts[stage]);
    if (reply === "lost") for (const socket of sockets) socket.destroy();
    if (typeof reply !== "number") done();
    else done(Object.assign(new Error("not this one"), { responseCode: reply }));
  };
  const create = () =>
    new SMTPServer({
      key: leaf.key,
      cert: leaf.cert,
      secure: options.tls === "tls",
      disabledCommands: options.tls === "none" ? ["STARTTLS"] : [],
      authOptional: !options.closed,
      logger: false,
      closeTimeout: 50,
      onAuth: ({ username, password }, _session, done) => {
        if (username === "contoso" && password === "hunter2") done(null, { user: username });
        else done(Object.assign(new Error("wrong"), { responseCode: 535 }));
      },
      onMailFrom: (_address, _session, done) => void judge("MAIL", done),
      onRcptTo: (_address, _session, done) => void judge("RCPT", done),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", async () => {
          const raw = Buffer.concat(chunks);
          const mail = await PostalMime.parse(raw);
          await judge("DATA", (error) => {
            const to = session.envelope.rcptTo.map(({ address }) => address);
            if (!error) received.push({ to, secure: session.secure, raw, mail });
            done(error);
          });
        });
      },
    });
  let server: SMTPServer | undefined;
  const start = async (port: number) => {
    server = create();
    server.on("error", () => {});
    server.server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(port, "127.0.0.1");
    await once(server.server, "listening");
    return (server.server.address() as AddressInfo).port;
  };
  const stop = async () => {
    const stopping = server;
    server = undefined;
    if (stopping) await new Promise<void>((resolve) => stopping.close(() => resolve()));
  };
  t.after(stop);
  // It is still its own after a stop.
  const port = await start(await freePort());
  if (options.running === false) await stop();
  return {
    received,
    options: { host: "localhost", port, from: FROM, ca: authority.pem },
    stop,
    start: async () => void (await start(port)),
  };
}
