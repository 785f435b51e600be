export { type AccessToken, hasAppRole, hasScope, type Requirements } from "./access-token.ts";
export { createGuard, type Guard, type GuardOptions, type GuardTimes, type IssuerOptions } from "./create-guard.ts";
export { type Challenge, GuardError, type GuardErrorCode, type GuardErrorDetails } from "./errors.ts";
export type { Clock } from "./issuer-keys.ts";
export type { ProfileName } from "./profiles.ts";
