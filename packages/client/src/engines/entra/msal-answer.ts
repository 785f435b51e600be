import type { NetworkResponse } from "@azure/msal-node";
import { readJsonObject } from "../../device-flow/read-json.ts";
import type { DoorcodeError } from "../../errors.ts";
import type { HttpAnswer } from "../../transport/transport.ts";

/**
 * An answer that MSAL may read. Without Retry-After: MSAL would refuse the next call by itself, for a minute, whatever it is.
 */
export function msalAnswer<T>(answer: HttpAnswer, body: unknown = readJsonObject(answer.body)): NetworkResponse<T> {
  const { "retry-after": _, ...headers } = answer.headers;
  return { status: answer.status, headers, body: body as T };
}

/** What MSAL 7.2 reads first of an answer of the devicecode endpoint, and of the token endpoint. */
const readFirst = ["user_code", "error"];

/**
 * Carries an error through MSAL. Whatever a network client throws becomes a bare `network_error`, and an error in the body
 * loses its description; an answer whose members throw reaches the caller as the DoorcodeError it is. The status is 200 since
 * MSAL remembers 429 and 5xx and then fails the next call locally.
 */
export function failedAnswer<T>(error: DoorcodeError): NetworkResponse<T> {
  const body = {};
  for (const name of readFirst) {
    Object.defineProperty(body, name, {
      get() {
        throw error;
      },
    });
  }
  return { status: 200, headers: {}, body: body as T };
}
