import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { SourceFileError, SourceNode } from "@doorcode/prepare/source-file";
import type { Arguments } from "../definition/command.ts";
import { CommandError, UsageError } from "../exit-codes.ts";
import { whyUnreadable } from "../file-errors.ts";
import type { ParsedServer } from "./server-schema.ts";

type Tools = typeof import("@doorcode/prepare/source-file");

/** What `doorcode.server.yaml` says, with every default filled in, paths absolute and secrets read. */
export interface ServerFile {
  /** The file itself, as named. */
  file: string;
  publicUrl: string;
  listen: { host: string; port: number };
  tls: { certFile: string; keyFile: string } | undefined;
  trustedProxies: string[];
  /** Data folder. */
  data: string;
  sealKeyFile: string | undefined;
  store: { sqlite: string } | { postgres: string; schema?: string; direct?: string };
  /** How long a start waits for a store that does not respond, in milliseconds. */
  storeWaitMs: number;
  mail: ServerMail;
  signUp: boolean;
  limits: Record<string, number>;
  monitoring: { host: string; port: number } | undefined;
  /** How long a stop waits before it refuses connections, in milliseconds. */
  drainMs: number;
  logLevel: "silent" | "error" | "warn" | "info";
  /** Files with secrets that every user of this machine can read. */
  warnings: { message: string; hint: string }[];
}

export interface ServerMail {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  /** The file asks for `security: none` by name. */
  allowCleartext: boolean;
  user?: string;
  password?: string;
  ca?: string;
  from: string;
  dkim?: { domain: string; selector: string; privateKey: string };
}

export const DEFAULT_SERVER_FILE = "doorcode.server.yaml";

/** The server file that a command was given: `--config`, else `DOORCODE_CONFIG`. */
export const givenServerFile = (given: Arguments): string | undefined =>
  given.text("config") || process.env.DOORCODE_CONFIG || undefined;

/**
 * Reads and checks a server file, and reads the secrets that it names.
 * @param secrets `store`: only what is needed to open the store, so that an operator's command does not need the mail
 * server's password
 * @throws UsageError if it cannot be read, CommandError `server_file_invalid` with all errors of the file
 */
export async function readServerFile(
  file: string,
  secrets: "all" | "store" = "all",
  env: NodeJS.ProcessEnv = process.env,
): Promise<ServerFile> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The server file ${file} ${whyUnreadable(error)}.`,
      "Name it with --config FILE or DOORCODE_CONFIG, or run the command in its folder.",
    );
  });
  const tools = await import("@doorcode/prepare/source-file");
  const [{ serverForm }, { checkServerFile }, { MAIL_PORTS, millisecondsOf }] = await Promise.all([
    import("./server-form.ts"),
    import("./server-rules.ts"),
    import("./server-schema.ts"),
  ]);
  const folder = dirname(resolve(file));
  const found = new Secrets(folder, env, tools);
  try {
    const parsed = tools.readFileOf(serverForm(tools), text, file, (tree, diagnostics) => {
      checkServerFile(tree, tools, diagnostics);
      found.read(tree, secrets, (node, message, hint) => diagnostics.add(node.offset, message, hint));
    });
    const { store, mail, tls, data } = parsed;
    const dataDir = resolve(folder, data);
    const [url, direct] = [found.text("store.url"), found.text("store.directUrl")];
    const schema = store.postgres?.schema;
    return {
      file,
      publicUrl: new URL(parsed.publicUrl).origin,
      listen: parsed.listen,
      tls: tls && { certFile: resolve(folder, tls.certFile), keyFile: resolve(folder, tls.keyFile) },
      trustedProxies: parsed.trustedProxies,
      data: dataDir,
      sealKeyFile: parsed.sealKeyFile === undefined ? undefined : resolve(folder, parsed.sealKeyFile),
      store:
        url === undefined
          ? { sqlite: resolve(dataDir, store.sqlite ?? "tenant.db") }
          : { postgres: url, ...(schema !== undefined && { schema }), ...(direct !== undefined && { direct }) },
      storeWaitMs: millisecondsOf(store.wait),
      mail: mailOf(mail, found, MAIL_PORTS[mail.security]),
      signUp: parsed.signUp,
      limits: defined(parsed.limits),
      monitoring: parsed.monitoring,
      drainMs: millisecondsOf(parsed.drain),
      logLevel: parsed.log.level,
      warnings: found.warnings,
    };
  } catch (error) {
    if (error instanceof tools.SourceFileError) throw invalid(error, tools.describeProblems(error));
    throw error;
  }
}

function mailOf(
  { host, port, security, user, from, dkim }: ParsedServer["mail"],
  found: Secrets,
  usualPort: number,
): ServerMail {
  const [password, ca, privateKey] = [found.text("mail.password"), found.text("mail.ca"), found.text("mail.dkim")];
  return {
    ...{ host, port: port ?? usualPort, security, allowCleartext: security === "none", from },
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(dkim && privateKey !== undefined && { dkim: { domain: dkim.domain, selector: dkim.selector, privateKey } }),
  };
}

const defined = (limits: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function invalid(error: SourceFileError, described: string): CommandError {
  const { length } = error.problems;
  const message = `${error.fileName} has ${length === 1 ? "an error" : `${length} errors`}; nothing was started or changed.`;
  return new CommandError("server_file_invalid", message, described.trimEnd(), {
    cause: error,
    problems: error.problems,
  });
}

type Report = (node: SourceNode, message: string, hint: string) => void;

/** A place in the file that names a secret, or another file whose text is needed. */
interface Source {
  name: "store.url" | "store.directUrl" | "mail.password" | "mail.ca" | "mail.dkim";
  what: string;
  file: string[];
  variable?: string[];
  isSecret: boolean;
  for: "store" | "all";
}

const SOURCES: Source[] = [
  {
    name: "store.url",
    what: "the database's URL",
    file: ["store", "postgres", "urlFile"],
    variable: ["store", "postgres", "urlEnv"],
    isSecret: true,
    for: "store",
  },
  {
    name: "store.directUrl",
    what: "the database's direct URL",
    file: ["store", "postgres", "directUrlFile"],
    variable: ["store", "postgres", "directUrlEnv"],
    isSecret: true,
    for: "store",
  },
  {
    name: "mail.password",
    what: "the mail server's password",
    file: ["mail", "passwordFile"],
    variable: ["mail", "passwordEnv"],
    isSecret: true,
    for: "all",
  },
  { name: "mail.ca", what: "the mail server's CA", file: ["mail", "caFile"], isSecret: false, for: "all" },
  { name: "mail.dkim", what: "the DKIM key", file: ["mail", "dkim", "keyFile"], isSecret: true, for: "all" },
];

/** What the files and variables hold that a server file names. */
class Secrets {
  readonly warnings: ServerFile["warnings"] = [];
  #texts = new Map<Source["name"], string>();
  #folder: string;
  #env: NodeJS.ProcessEnv;
  #tools: Tools;

  constructor(folder: string, env: NodeJS.ProcessEnv, tools: Tools) {
    this.#folder = folder;
    this.#env = env;
    this.#tools = tools;
  }

  text(name: Source["name"]): string | undefined {
    return this.#texts.get(name);
  }

  read(tree: SourceNode, needed: "all" | "store", report: Report): void {
    for (const source of SOURCES) {
      if (needed === "store" && source.for !== "store") continue;
      const file = this.#tools.childAt(tree, ...source.file);
      const variable = source.variable && this.#tools.childAt(tree, ...source.variable);
      if (typeof file?.value === "string" && file.value.trim() !== "") this.#fromFile(source, file, file.value, report);
      else if (typeof variable?.value === "string") this.#fromVariable(source, variable, variable.value, report);
    }
    for (const path of [["tls", "keyFile"], ["sealKeyFile"]]) {
      const node = this.#tools.childAt(tree, ...path);
      if (needed === "all" && typeof node?.value === "string") this.#warn(resolve(this.#folder, node.value));
    }
  }

  #fromFile(source: Source, node: SourceNode, name: string, report: Report): void {
    // Already reported, and not to be repeated: it may be the secret itself.
    if (/[\n\0]|-----BEGIN|:\/\//.test(name)) return;
    const file = resolve(this.#folder, name);
    try {
      this.#keep(source, node, readFileSync(file, "utf8"), `The file ${file}`, report);
      if (source.isSecret) this.#warn(file);
    } catch (error) {
      report(
        node,
        `The file ${file} with ${source.what} ${whyUnreadable(error as NodeJS.ErrnoException)}.`,
        "Name a file that the user running the tenant can read. A relative path begins at the folder of the server file.",
      );
    }
  }

  #fromVariable(source: Source, node: SourceNode, name: string, report: Report): void {
    if (!/^\w{1,128}$/.test(name)) return;
    const value = this.#env[name];
    if (value === undefined) report(node, `The environment variable ${name} is not set.`, `Set it to ${source.what}.`);
    else this.#keep(source, node, value, `The environment variable ${name}`, report);
  }

  #keep(source: Source, node: SourceNode, text: string, where: string, report: Report): void {
    // Editors and `echo` end a file with a newline that is no part of the secret.
    const value = text.replace(/\r?\n$/, "");
    if (value.trim() === "") report(node, `${where} is empty.`, `It must hold ${source.what}.`);
    else if (source.name.startsWith("store.") && !/^postgres(?:ql)?:\/\//i.test(value)) {
      report(
        node,
        `${where} holds no PostgreSQL URL.`,
        "For example postgres://user:password@db.contoso.example/doorcode",
      );
    } else this.#texts.set(source.name, value);
  }

  #warn(file: string): void {
    if (process.platform === "win32") return;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found && (found.mode & 0o004) !== 0) {
      this.warnings.push({ message: `Every user of this machine can read ${file}.`, hint: `Run: chmod o-r ${file}` });
    }
  }
}
