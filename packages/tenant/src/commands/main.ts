import { Command, CommanderError, InvalidArgumentError } from "commander";
import { defaultDataDir } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { TenantFiles } from "./tenant-files.ts";
import { exitCodeOf, exitCodes, printError, printEvent, refuseSecrets } from "./terminal.ts";
import { usageError } from "./usage-error.ts";

const START_ENVIRONMENT = `
Environment:
  DOORCODE_STORE         postgres:// URL, or the path of a SQLite file
  DOORCODE_SMTP          mail server of a tenant on PostgreSQL:
                         smtps://user:password@host, or smtp:// with STARTTLS;
                         smtp+insecure:// sends without TLS
  DOORCODE_MAIL_FROM     sender of its mails
  DOORCODE_DKIM          signs them: domain:selector:file of the private key`;

const TOKEN_USE = `
It stands alone on stdout, works for ten minutes and cannot be revoked. Whoever
has it administers the tenant, so pass it on through a pipe:

  doorcode tenant token | doorcode prepare --token-stdin --file F --to URL`;

export type { GraphDoor, OpenedTenantFile, TenantFiles } from "./tenant-files.ts";

/** After the options of `apps add-certificate`. */
const CERTIFICATE_USE = `
FILE is PEM; of a file that holds the private key as well the certificate alone
is read. An app that signs in by it needs no person, so that CI can prepare the
tenant:

  openssl req -x509 -newkey rsa:3072 -noenc -days 365 -subj /CN=ci \\
    -keyout ci.pem -out ci.pem
  doorcode tenant apps add-certificate CLIENT_ID ci.pem --administrator
  doorcode prepare --certificate ci.pem --client-id CLIENT_ID --file F --to URL`;

/** After the options of `apps add-secret`. */
const SECRET_USE = `
The secret alone is on stdout, and is stored nowhere else: the tenant keeps its
hash. To replace one, add a second, give it to the program, then remove the
first (apps remove-secret).`;

/** After the options of `recover-administrator`. */
const RECOVERY_USE = `
An account that was demoted or disabled is enabled, and an administrator. If it
cannot sign in any more (a lost authenticator app), give another address. With
the tenant's database in DOORCODE_STORE (postgres:// URL) the tenant may run
meanwhile, on any machine.`;

/**
 * `doorcode tenant …`: runs the command and resolves to its exit code. `argv` begins after `tenant`. Without `files`
 * there is no `--file` and no `export`.
 */
export async function main(argv: string[], files?: TenantFiles): Promise<number> {
  const outcome = { exit: exitCodes.done as number };
  const tenant = program(outcome, files);
  try {
    refuseSecrets(argv);
    await tenant.parseAsync(argv, { from: "user" });
    return outcome.exit;
  } catch (thrown) {
    const isCommanders = thrown instanceof CommanderError;
    // Asking for help is no mistake; without a command Commander has printed it by now.
    if (isCommanders && thrown.exitCode === 0) return exitCodes.done;
    if (isCommanders && thrown.code === "commander.help") return exitCodes.usage;
    const error = isCommanders ? usageError(thrown, tenant, argv) : thrown;
    const exit = exitCodeOf(error);
    if (argv.includes("--json")) printEvent("error", { ...printError(error), exit });
    else printError(error);
    return exit;
  }
}

function program(outcome: { exit: number }, files: TenantFiles | undefined): Command {
  const tenant = new Command("doorcode tenant")
    .description("Run a tenant of your own, and decide on sign-ins there.")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20 });
  const dataDir = (command: Command) =>
    command.option("--data <dir>", `data folder of the tenant (default: ${shownDefault()})`);
  const dataDirOf = (options: { data?: string }) => options.data ?? defaultDataDir();

  dataDir(tenant.command("start"))
    .description("Start the tenant; Ctrl-C stops it.")
    .option("--port <number>", "port of the issuer, https (default: 8443; 0: any free one)", port)
    .option("--pages-port <number>", "port of the pages, http (default: the next one)", port)
    .option("--store-file <file>", "SQLite file (default: tenant.db in the data folder; or set DOORCODE_STORE)")
    .option(
      "--file <file>",
      "what the tenant is (doorcode.tenant.yaml): apps, APIs, consent, user flows; applied at every start",
    )
    .option("--no-sign-up", "nobody creates an account while it runs, whatever the user flows allow")
    .option("--json", "print one event a line")
    .addHelpText("after", START_ENVIRONMENT)
    .action(
      async (options: {
        data?: string;
        port?: number;
        pagesPort?: number;
        storeFile?: string;
        file?: string;
        signUp?: boolean;
        json?: boolean;
      }) => {
        const { start } = await import("./start.ts");
        const { file, ...rest } = options;
        const opened = file === undefined ? undefined : await filesOr(files).open(file);
        outcome.exit = await start({ ...rest, data: dataDirOf(options) }, opened);
      },
    );

  dataDir(tenant.command("export"))
    .description("Write what the running tenant is as a doorcode.tenant.yaml, on stdout.")
    .action(async (options: { data?: string }) => {
      const { exportFile } = await import("./operator.ts");
      await exportFile(filesOr(files), dataDirOf(options));
    });

  dataDir(tenant.command("approve"))
    .description("Say yes to a sign-in in a person's name.")
    .argument("<code>", "the code that the device shows; - reads it from stdin")
    .requiredOption("--as <email>", "the person")
    .action(async (code: string, options: { data?: string; as: string }) => {
      const { approve } = await import("./operator.ts");
      await approve({ code, as: options.as, data: dataDirOf(options) });
    });

  dataDir(tenant.command("deny"))
    .description("Say no to a sign-in.")
    .argument("<code>", "the code that the device shows; - reads it from stdin")
    .action(async (code: string, options: { data?: string }) => {
      const { deny } = await import("./operator.ts");
      await deny({ code, data: dataDirOf(options) });
    });

  const users = dataDir(tenant.command("users"))
    .description("List the people of the tenant, or add one.")
    .option("--json", "print one event a line")
    .action(async (options: { data?: string; json?: boolean }) => {
      const { listUsers } = await import("./operator.ts");
      await listUsers({ json: options.json === true, data: dataDirOf(options) });
    });

  users
    .command("add")
    .description("Make an account. Without --password-stdin a password is made up and printed once.")
    .argument("<email>")
    .option("--name <name>", "display name (default: what stands before the @)")
    .option("--password-stdin", "read the password from stdin")
    .option("--administrator", "may prepare the tenant: its apps, people and settings")
    .action(async (email: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        data?: string;
        json?: boolean;
        name?: string;
        passwordStdin?: boolean;
        administrator?: boolean;
      }>();
      const { addUser } = await import("./operator.ts");
      await addUser({
        email,
        name: options.name ?? null,
        passwordStdin: options.passwordStdin === true,
        administrator: options.administrator === true,
        json: options.json === true,
        data: dataDirOf(options),
      });
    });

  dataDir(tenant.command("recover-administrator"))
    .description("Make an account an administrator again, or a new one; the tenant need not run.")
    .argument("<email>")
    .option("--store-file <file>", "SQLite file (default: tenant.db in the data folder; or set DOORCODE_STORE)")
    .option("--password-stdin", "read the password of a new account from stdin")
    .option("--json", "print one event a line")
    .addHelpText("after", RECOVERY_USE)
    .action(
      async (
        email: string,
        options: { data?: string; storeFile?: string; passwordStdin?: boolean; json?: boolean },
      ) => {
        const { recoverAdministrator } = await import("./store-commands.ts");
        await recoverAdministrator({
          email,
          passwordStdin: options.passwordStdin === true,
          storeFile: options.storeFile,
          json: options.json === true,
          data: dataDirOf(options),
        });
      },
    );

  const apps = dataDir(tenant.command("apps"))
    .description("List the programs of the tenant with their client IDs, or give one a certificate or a secret.")
    .option("--json", "print one event a line")
    .action(async (options: { data?: string; json?: boolean }) => {
      const { listApps } = await import("./operator.ts");
      await listApps({ json: options.json === true, data: dataDirOf(options) });
    });

  apps
    .command("add-certificate")
    .description("Let a program sign in by a certificate, without a person.")
    .argument("<client-id>", "the program")
    .argument("<file>", "the certificate (PEM, RSA)")
    .option("--administrator", "may prepare the tenant: every application permission of its Graph")
    .addHelpText("after", CERTIFICATE_USE)
    .action(async (clientId: string, file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ data?: string; json?: boolean; administrator?: boolean }>();
      const { addCertificate } = await import("./operator.ts");
      const administrator = options.administrator === true;
      await addCertificate({ clientId, file, administrator, json: options.json === true, data: dataDirOf(options) });
    });

  apps
    .command("allow-administration")
    .description("Name the administrative scopes of Graph that a program may ask administrators for.")
    .argument("<client-id>")
    .option("--scopes <scopes>", "these, with spaces between them (default: all; '' for none)")
    .option("--by-device-code", "by device code too; without it by browser only")
    .option("--store-file <file>", "SQLite file (default: tenant.db in the data folder; or set DOORCODE_STORE)")
    .action(async (clientId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        data?: string;
        json?: boolean;
        scopes?: string;
        byDeviceCode?: boolean;
        storeFile?: string;
      }>();
      const { allowAdministration } = await import("./store-commands.ts");
      await allowAdministration({
        clientId,
        scopes: options.scopes === undefined ? null : options.scopes.split(/[\s,]+/).filter((each) => each !== ""),
        byDeviceCode: options.byDeviceCode === true,
        storeFile: options.storeFile,
        json: options.json === true,
        data: dataDirOf(options),
      });
    });

  apps
    .command("add-secret")
    .description("Make a secret by which a program on a server signs in; shown once.")
    .argument("<client-id>", "the program")
    .option("--name <name>", "tells its secrets apart")
    .option("--days <number>", "how long it is valid (default, and at most: two years)", days)
    .option("--output <file>", "write it there instead, into a new file that only you can read")
    .option("--store-file <file>", "SQLite file (default: tenant.db in the data folder; or set DOORCODE_STORE)")
    .addHelpText("after", SECRET_USE)
    .action(async (clientId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{
        data?: string;
        json?: boolean;
        name?: string;
        days?: number;
        output?: string;
        storeFile?: string;
      }>();
      const { addSecret } = await import("./secret-commands.ts");
      await addSecret({
        clientId,
        name: options.name ?? null,
        days: options.days ?? null,
        output: options.output,
        storeFile: options.storeFile,
        json: options.json === true,
        data: dataDirOf(options),
      });
    });

  apps
    .command("remove-secret")
    .description("Remove one secret of a program; its others stay.")
    .argument("<client-id>")
    .argument("<key-id>", "of the secret, as doorcode tenant apps lists it")
    .option("--store-file <file>", "SQLite file (default: tenant.db in the data folder; or set DOORCODE_STORE)")
    .action(async (clientId: string, keyId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ data?: string; json?: boolean; storeFile?: string }>();
      const { removeSecret } = await import("./secret-commands.ts");
      const { storeFile, json } = options;
      await removeSecret({ clientId, keyId, storeFile, json: json === true, data: dataDirOf(options) });
    });

  apps
    .command("remove-certificates")
    .description("Take a program's certificates away, and its permissions at the tenant's Graph.")
    .argument("<client-id>")
    .action(async (clientId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<{ data?: string; json?: boolean }>();
      const { removeCertificates } = await import("./operator.ts");
      await removeCertificates({ clientId, json: options.json === true, data: dataDirOf(options) });
    });

  dataDir(tenant.command("trust"))
    .description("Let your browsers trust the tenant's local CA, for https pages of a loopback tenant.")
    .option("--remove", "take it out of them again")
    .option("--yes", "do not ask")
    .option("--print", "print the path of the CA, and change nothing")
    .action(async (options: { data?: string; remove?: boolean; yes?: boolean; print?: boolean }) => {
      const { trust } = await import("./trust.ts");
      outcome.exit = await trust({ ...options, data: dataDirOf(options) });
    });

  dataDir(tenant.command("token"))
    .description("Print a token of yours, the operator's, for the tenant's Graph.")
    .option("--json", "print one event with the token, Graph's address and the CA file")
    .addHelpText("after", TOKEN_USE)
    .action(async (options: { data?: string; json?: boolean }) => {
      const { printToken } = await import("./operator.ts");
      await printToken({ json: options.json === true, data: dataDirOf(options) });
    });
  return tenant;
}

/** The help is for users without a home folder, too. */
function shownDefault(): string {
  try {
    return defaultDataDir();
  } catch {
    return "none here";
  }
}

function filesOr(files: TenantFiles | undefined): TenantFiles {
  if (files) return files;
  throw new TenantError("usage", "This command line reads no files.", "Run it as doorcode tenant, which does.");
}

function days(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("It is a number of days, such as 90.");
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}
