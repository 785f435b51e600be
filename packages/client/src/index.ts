export type { Account } from "./account.ts";
export { readCertificateFile } from "./app-certificate.ts";
export { type AppTokenOptions, appToken } from "./app-token.ts";
export { type BearerFetchOptions, bearerFetch } from "./bearer-fetch.ts";
export { hasDisplay } from "./browser-flow/has-display.ts";
export type { Api, Client, ClientOptions, Session, SignInOptions, SignOutResult, TokenRequest } from "./client.ts";
export type { Clock } from "./clock.ts";
export { createClient } from "./create-client.ts";
export type { DeviceCode } from "./device-flow/device-code.ts";
export type { PresentedCode, Presenter, SignInEvent } from "./device-flow/events.ts";
export type { AccessToken } from "./engines/engine.ts";
export { DoorcodeError, type DoorcodeErrorCode, type DoorcodeErrorDetails } from "./errors.ts";
export { choosePresenter } from "./presenters/choose-presenter.ts";
export { jsonPresenter } from "./presenters/json-presenter.ts";
export type { Output, PresenterOptions } from "./presenters/presenter-options.ts";
export type { Change, Json, Snapshot, StoredAccessToken, TokenStore } from "./token-store/contract.ts";
export {
  defaultStoreDirectory,
  type FileStore,
  type FileStoreOptions,
  openFileStore,
} from "./token-store/file-store.ts";
export { memoryStore } from "./token-store/memory-store.ts";
export { type HttpAnswer, type HttpRequest, type Transport, TransportError } from "./transport/transport.ts";
