export type { BrandingOptions } from "./branding/branding.ts";
export type { Clock } from "./clock.ts";
export type { Api, ApiRole, ApiScope, App, Attributes, User } from "./directory/entities.ts";
export { putUserFlow } from "./directory/put-user-flow.ts";
export type {
  AttributeInput,
  FirstFactor,
  FlowAttribute,
  Group,
  Policy,
  SecondFactor,
  UserFlow,
} from "./directory/user-flow.ts";
export { MailError, type Mailer, type OutgoingMail, type QueuedMail } from "./mail/mailer.ts";
export { type RunningTenant, type StartOptions, startTenant } from "./server/start-tenant.ts";
export type { TenantConfig, TenantContext } from "./tenant-context.ts";
export { TenantError, type TenantErrorCode } from "./tenant-error.ts";
export type { NewKeyPair } from "./tokens/key-ring.ts";
