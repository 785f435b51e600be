export { readCertificateFile } from "./app-certificate.ts";
export { type AppTokenOptions, appToken } from "./app-token.ts";
export { hasDisplay } from "./authorization-code/open-browser.ts";
export type {
  AccessToken,
  Account,
  Api,
  Client,
  ClientCredential,
  ClientOptions,
  DeviceCode,
  PresentedCode,
  Presenter,
  Session,
  SignInEvent,
  SignInOptions,
  SignOutResult,
  TokenRequest,
} from "./client.ts";
export type { Clock } from "./clock.ts";
export { createClient } from "./create-client.ts";
export { DoorcodeError, type DoorcodeErrorCode, type DoorcodeErrorDetails } from "./errors.ts";
export { type BearerFetchOptions, bearerFetch } from "./fetch/bearer-fetch.ts";
export { localTenant } from "./issuer/wrong-authority.ts";
export { choosePresenter } from "./presenters/choose-presenter.ts";
export { jsonPresenter } from "./presenters/json-presenter.ts";
export type { Output, PresenterOptions } from "./presenters/output.ts";
export type { Change, Json, Snapshot, StoredAccessToken, StoredAccount, TokenStore } from "./token-store/contract.ts";
export {
  defaultStoreDirectory,
  type FileStore,
  type FileStoreOptions,
  openFileStore,
} from "./token-store/file-store.ts";
export { memoryStore } from "./token-store/memory-store.ts";
export { type HttpAnswer, type HttpRequest, type Transport, TransportError } from "./transport/transport.ts";
