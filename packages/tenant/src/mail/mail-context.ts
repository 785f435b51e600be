import type { Logger } from "pino";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";
import type { MailQueue } from "./mail-queue.ts";

/** What a mail to a person is made from and sent by. */
export interface MailContext {
  config: TenantConfig;
  branding: Branding;
  store: Store;
  clock: Clock;
  mail: MailQueue;
  log: Logger;
}
