export type { BrandingOptions } from "./branding/branding.ts";
export type { Clock } from "./clock.ts";
export type { Api, App, User } from "./directory/entities.ts";
export { putUserFlow } from "./directory/put-user-flow.ts";
export type { FlowAttribute, Group, Policy, UserFlow } from "./directory/user-flow.ts";
export { MailError, type Mailer, type OutgoingMail, type QueuedMail } from "./mail/mailer.ts";
export { type RunningTenant, type StartOptions, startTenant } from "./server/start-tenant.ts";
export type { TenantConfig, TenantContext } from "./tenant-context.ts";
export { TenantError, type TenantErrorCode } from "./tenant-error.ts";
