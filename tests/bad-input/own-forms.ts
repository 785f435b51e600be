import fc from "fast-check";
import type { TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { allPlaces, type OwnBrowser, type Place } from "./own-browsers.ts";
import { encodeLoosely, type FuzzRequest, PARAMETERS, values } from "./wild-requests.ts";

/**
 * A form that one of our browsers sends, or a page that it opens: valid in the values that our page fills in, invalid
 * in the rest.
 */
export interface OwnForm {
  place: Place;
  method: "POST" | "GET";
  path: string;
  /** Values that the page filled in and that are omitted. */
  without: string[];
  fields: [name: string, value: string][];
}

/** What a person types or presses on each page; `form-actions.ts` has the forms. */
const TYPED: Record<string, string[]> = {
  "/device": ["user_code"],
  "/device/continue": ["answer"],
  "/sign-in": ["email", "password", "keep"],
  "/sign-in/code": ["code"],
  "/sign-in/code/send": ["email", "keep"],
  "/sign-in/passkey": ["passkey", "keep"],
  "/reset": ["email"],
  "/reset/code": ["code"],
  "/reset/password": ["password"],
  "/sign-up": ["email"],
  "/sign-up/code": ["code"],
  "/sign-up/password": ["password"],
  "/sign-up/details": ["display_name", "attribute.0", "attribute.1.0", "terms"],
  "/second-factor/app": ["code"],
  "/second-factor/email": ["code"],
  "/second-factor/recovery": ["code"],
  "/second-factor/set-up": ["code"],
  "/second-factor/codes": ["answer"],
  "/confirm": ["decision", "shown"],
  "/authorize/consent": ["decision", "shown"],
  "/me/password": ["password"],
  "/me/authenticator": ["answer"],
  "/me/passkeys/add": ["name", "passkey"],
  "/me/passkeys/rename": ["id", "name"],
  "/me/passkeys/remove": ["id"],
  "/me/devices/rename": ["id", "name"],
  "/me/devices/sign-out": ["id"],
  "/me/apps/withdraw": ["id"],
  "/me/profile": ["display_name"],
  "/me/email": ["email"],
  "/me/email/code": ["code"],
  "/me/data/delete": ["email"],
  "/not-me": ["token"],
  "/not-me/email": ["token"],
  "/sign-out": ["post_logout_redirect_uri", "state", "client_id"],
};

/** The forms that continue from each place. */
const formsAt: Record<Place, string[]> = {
  sign_in: ["/sign-in", "/sign-in/code/send", "/sign-in/passkey", "/sign-up", "/reset"],
  sign_in_code: ["/sign-in/code", "/sign-in/code/resend"],
  reset_code: ["/reset/code", "/reset/resend"],
  reset_password: ["/reset/password"],
  sign_up_code: ["/sign-up/code", "/sign-up/resend"],
  sign_up_password: ["/sign-up/password"],
  sign_up_details: ["/sign-up/details"],
  second_factor_app: ["/second-factor/app", "/second-factor/recovery"],
  confirm: ["/confirm", "/device/continue", "/device"],
  consent: ["/authorize/consent", "/device/continue"],
  account: ["/me/passkeys/rename", "/me/passkeys/remove", "/me/password", "/me/authenticator", "/sign-out"],
  account_second_factor: ["/second-factor/email", "/second-factor/email/send"],
  adding_a_passkey: ["/me/passkeys/add"],
  setting_up_an_app: ["/second-factor/set-up", "/second-factor/set-up/start"],
  recovery_codes: ["/me/recovery-codes", "/second-factor/codes"],
  own_device: [
    ...["/me/devices/rename", "/me/devices/sign-out", "/me/devices/sign-out-all", "/me/apps/withdraw"],
    ...["/me/profile", "/me/data/download", "/me/data/delete", "/not-me/email"],
  ],
  own_email: ["/me/email"],
  own_email_code: ["/me/email/code", "/me/email/resend"],
};

const base64url = fc.base64String({ maxLength: 120 }).map((text) => text.replace(/[+/=]/g, "-"));
const part = fc.oneof(base64url, fc.jsonValue({ maxDepth: 1 }));

/** Has the type of a browser's passkey response. */
const passkey = fc
  .record(
    {
      id: part,
      rawId: part,
      type: fc.oneof(fc.constant("public-key"), part),
      authenticatorAttachment: part,
      clientExtensionResults: fc.oneof(fc.constant({}), part),
      response: fc.record(
        {
          clientDataJSON: part,
          authenticatorData: part,
          signature: part,
          userHandle: part,
          attestationObject: part,
          transports: fc.oneof(fc.array(part, { maxLength: 3 }), part),
          publicKey: part,
          publicKeyAlgorithm: part,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((response) => JSON.stringify(response));

/** Values that pass the first check of a field, so that the second check runs too. */
const plausible: Record<string, fc.Arbitrary<string>> = {
  user_code: fc.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{8,10}$/),
  answer: fc.constantFrom("continue", "other", "saved", "new", "add", "remove"),
  decision: fc.constantFrom("yes", "no", "other"),
  email: fc.constantFrom("ada@contoso.example", "nobody@contoso.example", "a@b"),
  password: fc.oneof(fc.constantFrom("nine noisy newts", "password1"), fc.string({ minLength: 8, maxLength: 140 })),
  keep: fc.constant("yes"),
  terms: fc.constant("yes"),
  code: fc.oneof(
    fc.stringMatching(/^\d{6}$/),
    fc.stringMatching(/^\d{8}$/),
    fc.stringMatching(/^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$/),
  ),
  token: fc.stringMatching(/^[\w-]{43}$/),
  passkey: fc.oneof(passkey, fc.json({ maxDepth: 2 })),
  name: fc.string({ unit: "grapheme", maxLength: 60 }),
  display_name: fc.string({ unit: "grapheme", maxLength: 80 }),
};

export function ownForms(tenant: TestTenant, pages: { get: string[]; post: string[] }): fc.Arbitrary<OwnForm> {
  const any = values(tenant);
  const valueFor = (name: string) => {
    const likely = Object.hasOwn(plausible, name) ? plausible[name] : undefined;
    return likely ? fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: any }) : any;
  };
  const typed = (path: string) =>
    fc.tuple(
      ...(TYPED[path] ?? []).map((name) =>
        fc.option(
          valueFor(name).map((value): [string, string] => [name, value]),
          { freq: 9 },
        ),
      ),
    );
  const strange = fc.constantFrom(...PARAMETERS).chain((name) => fc.tuple(fc.constant(name), valueFor(name)));
  const extra = fc.oneof(
    { weight: 3, arbitrary: fc.constant<OwnForm["fields"]>([]) },
    { weight: 1, arbitrary: fc.array(strange, { minLength: 1, maxLength: 3 }) },
  );
  const without = fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.subarray(["flow", "shown", "id", "csrf"], { minLength: 1 }) },
  );
  const anywhere = fc.tuple(fc.constantFrom(...allPlaces), fc.constantFrom(...pages.post));
  const here = fc
    .constantFrom(...allPlaces)
    .chain((place) => fc.tuple(fc.constant(place), fc.constantFrom(...formsAt[place])));
  const posted = fc.oneof(anywhere, here).chain(([place, path]) =>
    fc.record({
      place: fc.constant(place),
      method: fc.constant("POST" as const),
      path: fc.constant(path),
      without,
      fields: fc.tuple(typed(path), extra).map(([own, more]) => [...own.filter((each) => each !== null), ...more]),
    }),
  );
  const opened = fc.record({
    place: fc.constantFrom(...allPlaces),
    method: fc.constant("GET" as const),
    path: fc.constantFrom(...pages.get),
    without,
    fields: extra,
  });
  return fc.oneof({ weight: 6, arbitrary: posted }, { weight: 1, arbitrary: opened });
}

/** The request that this browser sends. */
export function sentBy(browser: OwnBrowser, form: OwnForm, pagesOrigin: string): FuzzRequest {
  const fields = new Map(Object.entries(browser.hidden).filter(([name]) => !form.without.includes(name)));
  if (form.method === "GET") fields.delete("csrf");
  for (const [name, value] of form.fields) fields.set(name, value);
  const encoded = [...fields].map(([name, value]) => `${encodeLoosely(name)}=${encodeLoosely(value)}`).join("&");
  const headers = { cookie: browser.cookie, origin: pagesOrigin, "sec-fetch-site": "same-origin" };
  if (form.method === "GET") {
    return { origin: "pages", method: "GET", path: `${form.path}?${encoded.slice(0, 4_000)}`, headers, body: "" };
  }
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return { origin: "pages", method: "POST", path: form.path, headers: { ...headers, ...type }, body: encoded };
}
