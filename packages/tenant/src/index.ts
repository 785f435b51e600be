export type { AddedSecret } from "./admin/app-secrets.ts";
export type { Approval } from "./admin/decisions.ts";
export type { NewAccount } from "./admin/people.ts";
export type { ProgramSignIn, SignInAdmin, SignInFilter } from "./admin/sign-ins.ts";
export type { SigningKey, SigningKeyAdmin } from "./admin/signing-keys.ts";
export type {
  AddedCertificate,
  ApiInput,
  AppInput,
  PolicyInput,
  TenantAdmin,
  UserFlowInput,
} from "./admin/tenant-admin.ts";
export type { AppSecret } from "./directory/app-secret.ts";
export type {
  Api,
  ApiRole,
  ApiScope,
  App,
  Attributes,
  Consent,
  GrantType,
  SigningAlgorithm,
  User,
} from "./directory/entities.ts";
export type { AdministrativeScope } from "./directory/graph-scopes.ts";
export type { Lifetimes } from "./directory/lifetimes.ts";
export type { TenantConfig, TenantLimits } from "./directory/tenant-config.ts";
export type {
  AccessSettings,
  AttributeInput,
  FirstFactor,
  FlowAttribute,
  Group,
  Policy,
  SecondFactor,
  UserFlow,
} from "./directory/user-flow.ts";
export { TenantError, type TenantErrorCode } from "./kernel/tenant-error.ts";
export type { Clock } from "./kernel/time.ts";
export { MailError, type Mailer, type OutgoingMail, type QueuedMail } from "./mail/mailer.ts";
export type { NewKeyPair } from "./oauth/tokens/key-ring.ts";
export type { MonitoringOptions } from "./server/monitoring.ts";
export type { ReceivedMail, RunningTenant } from "./server/running-tenant.ts";
export { type StartOptions, startTenant } from "./server/start-tenant.ts";
export type { RemovedFactors } from "./storage/store.ts";
export type { CheckedToken, RefusedToken } from "./testing/check-token.ts";
export type { ClockReading, TestClock } from "./testing/clock.ts";
export { FAULT_ENDPOINTS, type Fault, type FaultEndpoint } from "./testing/fault-list.ts";
export type { FaultControl, FaultInput } from "./testing/faults.ts";
export type { IssuedToken, TokenInput } from "./testing/issue-token.ts";
export type { Snapshot, SnapshotControl } from "./testing/snapshots.ts";
export type { CheckTokenOptions, Testing } from "./testing/testing.ts";
export type { BrandingOptions } from "./ui/branding/branding.ts";
