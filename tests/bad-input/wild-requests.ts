import fc from "fast-check";
import type { TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";

export interface FuzzRequest {
  origin: "issuer" | "pages";
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

const ENDPOINTS = [
  "oauth2/v2.0/devicecode",
  "oauth2/v2.0/token",
  "oauth2/v2.0/revoke",
  "oauth2/v2.0/logout",
  "oauth2/v2.0/authorize",
  "openid/userinfo",
  "discovery/v2.0/keys",
  "v2.0/.well-known/openid-configuration",
];
/** Paths besides the pages with forms, such as the inbox and the health check. */
const OTHER_PATHS = [
  "/inbox",
  "/inbox/messages",
  "/healthz",
  "/common/oauth2/deviceauth",
  "/common/discovery/instance",
  "/graph/v1.0/applications",
  "/graph/v1.0/users('x')",
  "/graph/v1.0/",
];
export const PARAMETERS = [
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "scope",
  "grant_type",
  "device_code",
  "refresh_token",
  "token",
  "token_type_hint",
  "device_name",
  "device_platform",
  "claims",
  "client_info",
  "user_code",
  "flow",
  "csrf",
  "email",
  "password",
  "code",
  "display_name",
  "keep",
  "mkt",
  "changed",
  "resent",
  "attribute.0",
  "attribute.1.0",
  "terms",
  "decision",
  "answer",
  "passkey",
  "name",
  "id",
  "post_logout_redirect_uri",
  "id_token_hint",
  "logout_hint",
  "ui_locales",
  "shown",
  "state",
  "redirect_uri",
  "response_type",
  "response_mode",
  "code_challenge",
  "code_challenge_method",
  "code_verifier",
  "nonce",
  "prompt",
  "max_age",
  "login_hint",
  "refused",
  "__proto__",
  "constructor",
];

/**
 * Values that once broke some parser: empty, huge, control characters, injections, other encodings, half a surrogate
 * pair.
 */
export function values(tenant: TestTenant): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "\0",
      "\r\nSet-Cookie: a=b",
      "<script>alert(1)</script>",
      "' OR 1=1 --",
      "{}",
      "[]",
      "null",
      "NaN",
      "-1",
      "9".repeat(400),
      "../../etc/passwd",
      "%00",
      "%E0%A4%A",
      "\u202Egnp.exe",
      "a".repeat(5_000),
      "javascript:alert(1)",
      "urn:ietf:params:oauth:grant-type:device_code",
      "device_code",
      "refresh_token",
      "password",
      "client_credentials",
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      // A JWT's three parts: without an algorithm, with a signature, with nothing in them.
      "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
      "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA",
      "..",
      "https://graph.microsoft.com/.default",
      "authorization_code",
      "http://localhost:51004/callback",
      "S256",
      "form_post",
      "query",
      "none",
      "login select_account",
      "openid",
      "openid profile offline_access",
      ".default",
      "api://x/.default",
      "yes",
      "no",
      "continue",
      tenant.apps[0]!.clientId,
      tenant.apis[0]!.clientId,
      `api://${tenant.apis[0]!.clientId}/ToDoList.Read openid`,
    ),
    fc.string({ maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.base64String({ maxLength: 80 }),
    fc.uuid(),
  );
}

/** Requests that anyone could send to any path, without one of our browsers. */
export function wildRequests(tenant: TestTenant, pages: string[]): fc.Arbitrary<FuzzRequest> {
  const value = values(tenant);
  const field = fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARAMETERS) }, { weight: 1, arbitrary: fc.string() }),
    value,
  );
  const form = fc
    .array(field, { maxLength: 8 })
    .map((fields) => fields.map(([name, text]) => `${encodeLoosely(name)}=${encodeLoosely(text)}`).join("&"));
  const tenantName = fc.oneof(
    { weight: 6, arbitrary: fc.constant(tenant.tenantId) },
    { weight: 2, arbitrary: fc.constantFrom("common", "doorcode.localhost", "organizations", "..", "%2e%2e", "%ff") },
    { weight: 1, arbitrary: fc.uuid() },
  );
  const path = fc.oneof(
    fc.tuple(tenantName, fc.constantFrom(...ENDPOINTS)).map(([name, endpoint]) => `/${name}/${endpoint}`),
    fc.constantFrom(...pages, ...OTHER_PATHS),
    fc.webPath({ size: "small" }).map((any) => `/${any}`),
  );
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: form.map((text) => `?${text.slice(0, 500)}`) },
  );
  const headers = fc.record(
    {
      "content-type": fc.constantFrom(
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "",
        "nonsense",
      ),
      authorization: fc.constantFrom(
        "Basic",
        "Basic !!!",
        "Basic eDp5",
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Digest x",
        "Basic JTp5",
      ),
      cookie: fc.constantFrom("a=b", "doorcode_session=x", ";;;===", `doorcode_session_1=${"x".repeat(300)}`),
      origin: fc.constantFrom("null", "https://evil.example", tenant.pages),
      "sec-fetch-site": fc.constantFrom("same-origin", "cross-site", "none"),
      "client-request-id": fc.constantFrom("x", "9d3c8a55-1111-4222-8333-444455556666"),
      "accept-language": fc.constantFrom("*", "de", "xx-XX;q=9"),
      "x-forwarded-for": fc.constantFrom("1.2.3.4", "::1", "garbage"),
    },
    { requiredKeys: [] },
  );
  return fc.record({
    origin: fc.constantFrom("issuer", "pages"),
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constant("POST") },
      { weight: 3, arbitrary: fc.constantFrom("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS") },
    ),
    path: fc.tuple(path, query).map(([one, two]) => one + two),
    headers: headers as fc.Arbitrary<Record<string, string>>,
    body: fc.oneof(
      { weight: 6, arbitrary: form },
      { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      { weight: 1, arbitrary: fc.constant("x=".padEnd(40_000, "y")) },
    ),
  });
}

export function encodeLoosely(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}
