import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import type { DeviceCode } from "../../client.ts";
import { type Clock, monotonic, systemClock } from "../../clock.ts";
import { readDeviceCode } from "../../device-flow/device-code.ts";
import { announcedWait, withPreference } from "../../device-flow/held-poll.ts";
import { pollUntilDone } from "../../device-flow/poll.ts";
import { DoorcodeError } from "../../errors.ts";
import { errorWithoutSecrets, issuerError, readJsonObject, stringOf } from "../../issuer/issuer-answer.ts";
import { clockLead } from "../../issuer/token-answer.ts";
import { withRetries } from "../../issuer/with-retries.ts";
import type { Json } from "../../token-store/contract.ts";
import { isObject } from "../../token-store/read-store.cts";
import type { HttpAnswer, HttpRequest, Transport } from "../../transport/transport.ts";
import type { FlowObserver } from "../engine.ts";
import { failedAnswer, msalAnswer, noteFailure, noteSuccess } from "./msal-errors.ts";
import { type MsalPoll, msalIntervalSeconds, pollForMsal } from "./msal-poll.ts";

export interface EntraNetworkOptions {
  transport: Transport;
  clock?: Clock | undefined;
  /** Receives the progress of the polling. Showing the code is left to MSAL's `deviceCodeCallback`. */
  observer?: Pick<FlowObserver, "waiting" | "slowed" | "retrying"> | undefined;
  /** Cancels all pending requests. */
  signal?: AbortSignal | undefined;
  /** Sent as `device_name` with the request for the device code. */
  deviceName?: string | undefined;
  /**
   * An answer of the devicecode endpoint that already exists: MSAL's request gets it, once, instead of a network
   * answer.
   */
  deviceAuthorization?:
    | { answer: HttpAnswer; requestedAt: number; monotonicAt?: number | undefined; codeVerifier?: string | undefined }
    | undefined;
  /** See `PollInput` in device-flow/poll.ts. */
  ready?: (() => Promise<unknown>) | undefined;
  /** The seconds for which the issuer announces that it holds a poll. Default: what MSAL's request for metadata gets. */
  announcedWait?: number | undefined;
  /** For callers that use MSAL's own `cancel` and `timeout`: MSAL can check them all the time (see msal-poll.ts). */
  msalMayGiveUp?: boolean | undefined;
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
/** Per exchange. A poll that hangs longer would outlast the user's patience. */
const timeoutMs = 15_000;
const notYet: HttpAnswer = { status: 400, headers: {}, body: '{"error":"authorization_pending"}' };
const silent = { waiting() {}, slowed() {}, retrying() {} };

/**
 * MSAL Node's network (`system.networkClient`) with RFC 8628 as specified: the grant type is the URN (§3.4), and MSAL's
 * one token request lasts until the user decides, so that MSAL's own polling never starts. Each MSAL fault that this
 * works around is a row of the fault table in packages/client/test/network-client.
 */
export function entraNetworkClient(options: EntraNetworkOptions): INetworkModule {
  const { transport, signal, deviceName } = options;
  const clock = options.clock ?? systemClock;
  const observer = options.observer ?? silent;
  const codes = new Map<string, DeviceCode>();
  const running = new Map<string, MsalPoll>();
  let atHand = options.deviceAuthorization;
  /** By token endpoint. */
  const waits = new Map<string, number>();

  const module: INetworkModule = {
    async sendGetRequestAsync<T>(url: string, request?: NetworkRequestOptions, timeout?: number) {
      try {
        const answer = await retried({ url, method: "GET", timeoutMs: timeout || timeoutMs, ...headersOf(request) });
        const body = readJsonObject(answer.body);
        if (answer.status !== 200 || !body) throw issuerError(answer, { request: new URL(url).pathname });
        noteSuccess(module, { issuer: stringOf(body.issuer) });
        const wait = announcedWait(body.doorcode_prefer_wait_seconds);
        const endpoint = stringOf(body.token_endpoint);
        if (wait !== undefined && endpoint !== undefined) waits.set(plainAddress(endpoint), wait);
        return msalAnswer<T>(answer, body);
      } catch (error) {
        // MSAL drops it and reports endpoints_resolution_error; asDoorcodeError finds it again.
        throw noteFailure(module, error);
      }
    },
    async sendPostRequestAsync<T>(url: string, request?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
      const form = new URLSearchParams(request?.body);
      const post: HttpRequest = { url, method: "POST", body: form.toString(), timeoutMs, ...headersOf(request) };
      try {
        const answer = await answerTo(post, form);
        if (answer === notYet) return msalAnswer<T>(answer);
        if (answer.status < 400) noteSuccess(module);
        else noteFailure(module, issuerError(answer, { request: "the token", secrets: secretsOf(form) }));
        return msalAnswer<T>(answer, shortened(bodyForMsal(answer, form), clockLead(answer, clock.now())));
      } catch (error) {
        return failedAnswer<T>(noteFailure(module, error));
      }
    },
  };
  return module;

  function answerTo(post: HttpRequest, form: URLSearchParams): Promise<HttpAnswer> {
    const grantType = form.get("grant_type");
    if (!grantType && new URL(post.url).pathname.endsWith("/devicecode")) return deviceCode(post, form);
    if (grantType === "device_code" || grantType === deviceGrant) return deviceTokens(post, form);
    return otherTokens(post, form);
  }

  async function deviceCode(post: HttpRequest, form: URLSearchParams): Promise<HttpAnswer> {
    const ready = atHand;
    atHand = undefined;
    if (deviceName !== undefined) form.set("device_name", deviceName);
    const asked = { requestedAt: clock.now(), monotonicAt: monotonic(clock) };
    const answer = ready?.answer ?? (await retried({ ...post, body: form.toString() }, asked));
    // After an error here MSAL would poll with `device_code=undefined`.
    const { requestedAt, monotonicAt } = ready ?? asked;
    const code = readDeviceCode(answer, { endpoint: post.url, requestedAt, monotonicAt });
    codes.set(code.deviceCode, code);
    return answer;
  }

  async function deviceTokens(post: HttpRequest, form: URLSearchParams): Promise<HttpAnswer> {
    const id = form.get("device_code") ?? "";
    const code = codes.get(id);
    if (!code)
      throw new DoorcodeError("configuration", {
        detail: "this device code was not requested through this network client.",
        hint: "Use the same network client for the device code and for the tokens.",
      });
    form.set("grant_type", deviceGrant);
    const codeVerifier = options.deviceAuthorization?.codeVerifier;
    if (codeVerifier !== undefined) form.set("code_verifier", codeVerifier);
    const body = form.toString();
    const poll = (aborting: AbortSignal, msalIsHere?: () => Promise<void>) =>
      pollUntilDone({
        code,
        ask: async (askAborting, wait) => {
          await msalIsHere?.();
          return await transport.send(withPreference({ ...post, body, signal: askAborting }, wait));
        },
        announcedWait: options.announcedWait ?? waits.get(plainAddress(post.url)),
        ready: options.ready,
        secrets: codeVerifier === undefined ? [] : [codeVerifier],
        observer,
        clock,
        signal: signal ? AbortSignal.any([signal, aborting]) : aborting,
      });
    const forget = () => {
      codes.delete(id);
      running.delete(id);
    };
    if (!options.msalMayGiveUp) return await poll(new AbortController().signal).finally(forget);

    const polling = running.get(id) ?? pollForMsal((msal) => poll(msal.signal, msal.msalIsHere), forget, clock);
    running.set(id, polling);
    let over = true;
    try {
      const answer = await polling.next();
      over = answer !== undefined;
      return answer ?? notYet;
    } finally {
      if (over) forget();
    }
  }

  /**
   * Renewals and any other POST of MSAL: OAuth errors are left to MSAL, everything else that fails is an error here.
   */
  async function otherTokens(post: HttpRequest, form: URLSearchParams): Promise<HttpAnswer> {
    const context = { request: "the token", secrets: secretsOf(form) };
    // MSAL's own errors repeat the description.
    const answer = errorWithoutSecrets(await retried(post), context.secrets);
    const body = readJsonObject(answer.body);
    if (answer.status === 200) {
      if (stringOf(body?.access_token)) return answer;
      // MSAL would resolve with an empty access token.
      const detail = "the answer to the request for the token is HTTP 200 without an access token.";
      throw new DoorcodeError("invalid_issuer_response", { detail });
    }
    const judgedByMsal = answer.status >= 400 && answer.status < 500 && answer.status !== 429 && stringOf(body?.error);
    if (!judgedByMsal) throw issuerError(answer, context);
    return answer;
  }

  /** `asked` is set at each try: a code's lifetime counts from the request that created it. */
  function retried(request: HttpRequest, asked?: { requestedAt: number; monotonicAt: number }): Promise<HttpAnswer> {
    const send = (aborting: AbortSignal | undefined) => {
      if (asked) Object.assign(asked, { requestedAt: clock.now(), monotonicAt: monotonic(clock) });
      return transport.send({ ...request, signal: aborting });
    };
    return withRetries(send, { clock, observer, signal });
  }

  /** MSAL adds `expires_in` and multiplies `interval` as received, so both must be numbers. */
  function bodyForMsal(answer: HttpAnswer, form: URLSearchParams): unknown {
    const body = readJsonObject(answer.body);
    const code = form.get("grant_type") ? undefined : codes.get(stringOf(body?.device_code) ?? "");
    if (!body || !code) return body;
    return {
      ...body,
      verification_uri: code.verificationUri,
      expires_in: Number(body.expires_in),
      interval: options.msalMayGiveUp ? msalIntervalSeconds : code.interval / 1_000,
      ...(code.message !== undefined && { message: code.message }),
    };
  }
}

/**
 * MSAL uses only this machine's clock: if that runs ahead, the difference (milliseconds) is subtracted from the
 * lifetimes that MSAL stores.
 */
function shortened(body: unknown, lead: number): unknown {
  if (lead === 0 || !isObject(body as Json) || !("access_token" in (body as object))) return body;
  const lives = Object.entries(body as Record<string, unknown>)
    .filter(([name, value]) => livesForMsal.includes(name) && Number.isFinite(Number(value)))
    // An expired token keeps one second: zero would mean that the issuer names no end.
    .map(([name, value]) => [name, Math.max(Math.min(1, Number(value)), Math.floor(Number(value) - lead / 1_000))]);
  return { ...(body as object), ...Object.fromEntries(lives) };
}

/** Lifetimes in seconds, which MSAL adds to the current time. */
const livesForMsal = ["expires_in", "ext_expires_in", "refresh_in", "refresh_token_expires_in"];

/** MSAL converts addresses to lower case and may add a query. */
const plainAddress = (url: string) => url.toLowerCase().replace(/[?#].*/, "");

const headersOf = (request: NetworkRequestOptions | undefined) =>
  request?.headers === undefined ? {} : { headers: request.headers };

/** Parameters whose values errors must not repeat. */
const secretParameters = [
  "device_code",
  "refresh_token",
  "client_secret",
  "client_assertion",
  "assertion",
  "code",
  "code_verifier",
];
const secretsOf = (form: URLSearchParams) => secretParameters.flatMap((name) => form.getAll(name));
