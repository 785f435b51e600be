// `@doorcode/tenant/operator`: what the command line needs to start a tenant and to operate it.
import { type Registrations, registrationsOf } from "../admin/registered-apps.ts";
import type {
  AppliedTenantFile,
  PlannedTenantFile,
  ReadTenantFile,
  TenantFilePart,
  TenantFilePlan,
  TenantFileProblem,
  TenantFileRefusal,
  TenantFileStep,
  TenantFiles,
  TenantGraph,
} from "../admin/tenant-files.ts";
import type { ConsoleTools } from "../console/console-request.ts";
import type { TenantErrorCode } from "../kernel/tenant-error.ts";
import type { MailError } from "../mail/mailer.ts";
import type { Activity, WatchActivity } from "../server/activity.ts";
import type { TenantLocation } from "../server/in-store.ts";
import { createLogger, terminalLog } from "../server/logger.ts";
import { askPublicUrl } from "../server/public-url.ts";
import type { ReceivedMail, RunningTenant } from "../server/running-tenant.ts";
import { type StartOptions, startWithContext } from "../server/start-tenant.ts";
import type { StoreErrorCode } from "../storage/store-error.ts";
import { startTracing } from "./tracing.ts";

export type { ControlRequest } from "../control/messages.ts";
export type {
  AdministratorToken,
  AllowedAdministration,
  ControlResults,
  ListedApp,
  ListedKey,
  ListedMail,
  ListedRecord,
  ListedSignIn,
  ListedUser,
  RecordNames,
} from "../control/results.ts";
export type {
  ListedCheck,
  ListedClock,
  ListedFault,
  ListedSnapshot,
  TestingRequest,
  TestingResults,
} from "../control/testing-messages.ts";
export { defaultDataDir } from "../kernel/data-folder.ts";
export type { Dkim } from "../mail/dkim.ts";
export type { Mailer } from "../mail/mailer.ts";
export { createSmtpMailer, type SmtpOptions } from "../mail/smtp-mailer.ts";
export { mailerFrom, storeFrom } from "./environment.ts";
export { type LocalCa, localCa } from "./local-ca.ts";
export {
  type BackupOptions,
  type BackupSummary,
  backUpTenant,
  type CheckedPart,
  type CheckedServer,
  type CheckedTenant,
  checkTenant,
  type Finding,
  type MovedTenant,
  moveTenant,
  type RestoredTenant,
  type RestoreOptions,
  type RotatedSealKey,
  type RotateOptions,
  restoreTenant,
  rotateSealKey,
  type TenantBackup,
  undoMove,
} from "./maintenance.ts";
export { type Operate, operate, operateOften } from "./operate.ts";
export type {
  Activity,
  AppliedTenantFile,
  ConsoleTools,
  PlannedTenantFile,
  ReadTenantFile,
  ReceivedMail,
  Registrations,
  RunningTenant,
  StoreErrorCode,
  TenantFilePart,
  TenantFilePlan,
  TenantFileProblem,
  TenantFileRefusal,
  TenantFileStep,
  TenantFiles,
  TenantGraph,
  TenantLocation,
  WatchActivity,
};

/** The `code` of every error that this entry point throws. */
export type OperatorErrorCode = TenantErrorCode | StoreErrorCode | MailError["code"];

/** A running tenant that an operator starts. */
export interface OperatedTenant extends RunningTenant {
  /** Apps and APIs as they are now, without the app of the command line. */
  registrations(): Promise<Registrations>;
  /**
   * Calls the listener with everything that happens from now on: device codes, sign-ins, decisions, tokens, renewals,
   * changes, mails, refusals. Polls that wait are not reported. Resolves to a function that ends it. On PostgreSQL, where
   * other nodes work, too, it reports only this node's device codes, mails and refusals.
   */
  activity: WatchActivity;
  /** What the program lends to the console: set it once the tenant has started. */
  consoleTools: ConsoleTools;
  /** Reads the certificate's files again, as happens when they change. */
  checkCertificate(): void;
}

/** Options of `startOperated`: those of `startTenant`, with a terminal instead of a log. */
export interface OperatedStart extends Omit<StartOptions, "log"> {
  /** Where warnings and errors go as readable lines; Default: JSON lines on stderr. */
  terminal?: { write(text: string): unknown };
  /** The least important lines to write. Default: `warn`. */
  logLevel?: "silent" | "error" | "warn" | "info";
}

/**
 * Starts a tenant in this process, for an operator at a terminal. Sends traces if the environment asks for them
 * (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_EXPORTER`) and `@opentelemetry/sdk-node` is installed.
 *
 * @throws TenantError as `startTenant`
 * @example
 * ```ts
 * import { defaultDataDir, startOperated, storeFrom } from "@doorcode/tenant/operator";
 *
 * const dataDir = defaultDataDir();
 * const tenant = await startOperated({ dataDir, store: storeFrom(process.env, undefined, dataDir) });
 * console.log(await tenant.registrations());
 * ```
 */
export async function startOperated({ terminal, logLevel, ...options }: OperatedStart): Promise<OperatedTenant> {
  const log = createLogger(logLevel, terminal && terminalLog(terminal));
  const endTracing = await startTracing(process.env, log);
  try {
    const { context, ...tenant } = await startWithContext({ ...options, log });
    if (options.publicUrl !== undefined) {
      // Not awaited: a proxy may send requests here only once this tenant is known to be healthy.
      void askPublicUrl(tenant.pages, tenant.tenantId).then((answer) => {
        if (answer.by === "another server") log.warn({ reason: answer.reason }, "the public URL leads elsewhere");
      });
    }
    const close = () => tenant.close().finally(endTracing);
    return { ...tenant, close, registrations: () => registrationsOf(context.store) };
  } catch (error) {
    await endTracing();
    throw error;
  }
}
