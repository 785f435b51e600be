import { isIP } from "node:net";
import type { TenantLimits } from "@doorcode/tenant";
import { z } from "zod";

/** The single definition of `doorcode.server.yaml`: what is read, what an editor completes, and the defaults. */

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const DURATION = /^\d{1,6}[smh]$/;
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600 };

/** Text with a rule; the message completes a sentence that begins with the member's name. */
const ruled = (problem: (value: string) => string | undefined) =>
  z.string().check((context) => {
    const message = context.value.trim() === "" ? "is empty" : problem(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });

const path = () => ruled((value) => (/[\n\0]|-----BEGIN|:\/\//.test(value) ? "must be the path of a file" : undefined));
const variable = () =>
  ruled((value) =>
    VARIABLE.test(value)
      ? undefined
      : "must be the name of an environment variable: letters, digits and _, such as DOORCODE_STORE_URL",
  );
const hostname = () =>
  ruled((value) =>
    isIP(value) > 0 || /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(value)
      ? undefined
      : "must be a host name or an IP address, without a port",
  );
const portNumber = (least = 1) => {
  const error = `must be a whole number from ${least} to 65535`;
  return z.int({ error }).min(least, { error }).max(65_535, { error });
};

function publicUrlProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isOrigin = url?.pathname === "/" && !url.search && !url.hash && !url.username && !url.password;
  if (url?.protocol === "https:" && isOrigin) return undefined;
  return "must be https, with a host and nothing after it, such as https://login.contoso.example";
}

function networkProblem(value: string): string | undefined {
  const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const most = { 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (most === -1 || Number(prefix ?? 0) > most) return "must be an IP address or a CIDR range, such as 10.0.0.0/24";
  return prefix !== undefined && Number(prefix) === 0 ? "must not be every address of the internet" : undefined;
}

const listen = z
  .strictObject({
    host: hostname()
      .default("127.0.0.1")
      .describe("The address to listen on; 0.0.0.0 or :: for all. Default: 127.0.0.1."),
    port: portNumber(0).default(8443).describe("The port to listen on; 0 for any free port. Default: 8443."),
  })
  .meta({ title: "Listen address", description: "Where the tenant accepts connections." });

const tls = z
  .strictObject({
    certFile: path()
      .describe("The certificate, followed by its intermediate certificates, in PEM.")
      .meta({ examples: ["/etc/doorcode/tls/fullchain.pem"] }),
    keyFile: path()
      .describe("The certificate's private key, in PEM.")
      .meta({ examples: ["/etc/doorcode/tls/privkey.pem"] }),
  })
  .meta({
    title: "TLS configuration",
    description:
      "The certificate of the public URL. Both files are read again when they change. Required unless trustedProxies names the proxy that ends TLS.",
  });

const postgres = z
  .strictObject({
    urlFile: path()
      .optional()
      .describe("The file with the database's URL (postgres://…). Either this or urlEnv is required.")
      .meta({ examples: ["/run/secrets/store-url"] }),
    urlEnv: variable()
      .optional()
      .describe("The environment variable with the database's URL.")
      .meta({ examples: ["DOORCODE_STORE_URL"] }),
    directUrlFile: path()
      .optional()
      .describe(
        "The file with a second URL of the same database, without the pooler that the first one leads through (PgBouncer). Notifications between servers are received there. Default: the first URL.",
      )
      .meta({ examples: ["/run/secrets/store-direct-url"] }),
    directUrlEnv: variable()
      .optional()
      .describe("The environment variable with that second URL.")
      .meta({ examples: ["DOORCODE_STORE_DIRECT_URL"] }),
    schema: ruled((value) =>
      /^[a-z_][a-z0-9_]{0,62}$/.test(value)
        ? undefined
        : "must be a schema's name: lower-case letters, digits and _, at most 63",
    )
      .optional()
      .describe("The schema of its tables. Default: the database's own, usually public."),
  })
  .meta({ title: "Database", description: "A PostgreSQL database, which several servers can share." });

const store = z
  .strictObject({
    sqlite: path().optional().describe("A SQLite file, relative to the data folder. Default: tenant.db."),
    postgres: postgres.optional(),
    wait: ruled((value) => (DURATION.test(value) ? undefined : "must be a duration, such as 60s, 5m or 0s"))
      .default("60s")
      .describe("How long a start waits for a database that does not respond; 0s: exit at once. Default: 60s."),
  })
  .default({ wait: "60s" })
  .meta({ title: "Store", description: "Where the tenant keeps its data. Default: a SQLite file in the data folder." });

const dkim = z
  .strictObject({
    domain: hostname().describe("The domain that signs; the sender's, or one above it."),
    selector: hostname().describe("The public key is in DNS at SELECTOR._domainkey.DOMAIN."),
    keyFile: path().describe("The RSA key, in PEM."),
  })
  .meta({ title: "DKIM configuration", description: "Signs mails for a domain (RFC 6376)." });

const mail = z
  .strictObject({
    host: hostname()
      .describe("The mail server.")
      .meta({ examples: ["smtp.contoso.example"] }),
    port: portNumber().optional().describe("Its port. Default: 587; with security tls 465, with none 25."),
    security: z
      .enum(["tls", "starttls", "none"])
      .default("starttls")
      .describe("How the connection is encrypted; none only for a relay on a trusted network. Default: starttls."),
    user: ruled(() => undefined)
      .optional()
      .describe("The user at the mail server. Requires a password."),
    passwordFile: path()
      .optional()
      .describe("The file with the user's password.")
      .meta({ examples: ["/run/secrets/smtp-password"] }),
    passwordEnv: variable().optional().describe("The environment variable with the user's password."),
    caFile: path().optional().describe("Certificates (PEM) to trust for the mail server, instead of those of Node.js."),
    from: ruled((value) =>
      /^[^<>\n]*<[^@\s<>]+@[^@\s<>]+>$|^[^@\s<>]+@[^@\s<>]+$/.test(value)
        ? undefined
        : "must be an email address, such as Contoso <no-reply@contoso.example>",
    )
      .describe("The sender of every mail.")
      .meta({ examples: ["Contoso <no-reply@contoso.example>"] }),
    dkim: dkim.optional(),
  })
  .meta({ title: "Mail server", description: "The mail server, which sends codes and security notifications." });

const limit = (what: string, least = 1) => {
  const error = `must be a whole number from ${least} to 1000000000`;
  return z.int({ error }).min(least, { error }).max(1_000_000_000, { error }).optional().describe(what);
};

const limits = z
  .strictObject({
    deviceCodesByNetwork: limit("Device codes per network in 10 minutes. Default: 3000."),
    interactionsByNetwork: limit("Sign-ins that one network starts in 10 minutes. Default: 3000."),
    interactions: limit("Sign-ins that are started in 10 minutes in the whole tenant. Default: 200000."),
    refusedTokenRequestsByNetwork: limit(
      "Token requests of unknown clients that are rejected per network in 10 minutes. Default: 2000.",
    ),
    pendingDeviceCodes: limit("Device codes that wait for their user at the same time. Default: 100000."),
    pendingDeviceCodesByClient: limit("The same for one client. Default: 50000."),
    heldPolls: limit("Polls that one node holds at the same time (Prefer: wait); 0 for none. Default: 20000.", 0),
    heldPollsByNetwork: limit("The same for one network. Default: 5000."),
    pollsInMemory: limit("Waiting device codes that one node keeps in memory; 0 for none. Default: 100000.", 0),
    mailsPerHour: limit("Mails with codes per hour in the whole tenant. Default: 2000."),
  } satisfies Record<keyof TenantLimits, z.ZodType>)
  .meta({
    title: "Limit configuration",
    description: "How much one network or client may use. Omitted members keep their defaults.",
  });

const monitoring = z
  .strictObject({
    host: hostname().default("127.0.0.1").describe("The address to listen on. Default: 127.0.0.1."),
    port: portNumber(0)
      .describe("The port to listen on.")
      .meta({ examples: [9464] }),
  })
  .meta({
    title: "Monitoring configuration",
    description: "Serves /metrics, /healthz and /readyz over http, apart from the public URL.",
  });

export const serverSchema = z
  .strictObject({
    publicUrl: ruled(publicUrlProblem)
      .describe("The tenant's address, as users and programs reach it. It is part of every token, so keep it.")
      .meta({ examples: ["https://login.contoso.example"], format: "uri" }),
    listen: listen.default({ host: "127.0.0.1", port: 8443 }),
    tls: tls.optional(),
    trustedProxies: z
      .array(ruled(networkProblem).meta({ examples: ["10.0.0.5"] }))
      .default([])
      .describe(
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: IP addresses or CIDR ranges. Default: none.",
      )
      .meta({ examples: [["10.0.0.5"]] }),
    data: path()
      .describe("The data folder, with the seal key, the lock and a SQLite store. Only this user may access it.")
      .meta({ examples: ["/var/lib/doorcode"] }),
    sealKeyFile: path()
      .optional()
      .describe(
        "The seal key's file, exactly 32 bytes. Default: seal.key in the data folder, created at the first start of a new tenant.",
      )
      .meta({ examples: ["/run/secrets/seal-key"] }),
    store,
    mail,
    signUp: z
      .boolean()
      .default(true)
      .describe("false: users cannot create accounts, whatever user flows allow. Default: true."),
    limits: limits.default({}),
    monitoring: monitoring.optional(),
    drain: ruled((value) => (DURATION.test(value) ? undefined : "must be a duration, such as 5s or 0s"))
      .default("5s")
      .describe(
        "How long a stop waits before connections are refused, while /readyz answers 503; longer than the proxy's health checks need. Default: 5s.",
      ),
    log: z
      .strictObject({
        level: z
          .enum(["silent", "error", "warn", "info"])
          .default("info")
          .describe("The least important lines to write. Default: info, which has a line for each request."),
      })
      .default({ level: "info" })
      .meta({ title: "Log configuration", description: "The log: JSON lines on stderr." }),
  })
  .meta({ title: "Server file", description: "A tenant for an organization, started by `doorcode tenant serve`." });

export type ParsedServer = z.output<typeof serverSchema>;

/** @param duration as the schema accepts it */
export const millisecondsOf = (duration: string): number =>
  Number.parseInt(duration, 10) * (SECONDS[duration.slice(-1)] ?? 1) * 1_000;

/** Default ports by `mail.security`. */
export const MAIL_PORTS: Record<ParsedServer["mail"]["security"], number> = { tls: 465, starttls: 587, none: 25 };

export const isVariable = (name: string): boolean => VARIABLE.test(name);
