export type { Account } from "./account.ts";
export type { DeviceCode } from "./device-flow/device-code.ts";
export type { PresentedCode, Presenter, SignInEvent } from "./device-flow/events.ts";
export { DoorcodeError, type DoorcodeErrorCode } from "./errors.ts";
