export type { AccessToken } from "./access-token.ts";
export type { Challenge } from "./challenge.ts";
export type { Clock } from "./clock.ts";
export { createGuard, type Guard, type GuardOptions, type GuardTimes, type IssuerOptions } from "./create-guard.ts";
export { GuardError, type GuardErrorCode, type GuardErrorDetails } from "./errors.ts";
export type { ProfileName } from "./profiles/profile.ts";
export { hasAppRole, hasScope, type Requirements } from "./requirements.ts";
