import { z } from "zod";
import { MAX_PATTERN_LENGTH, patternProblem } from "./pattern.ts";

/** Graph's `uniqueName`, which is made from a key: only what is safe in a URL, a tag and a shell. */
const UNIQUE_NAME = /^[A-Za-z0-9._-]{1,120}$/;
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
/** HTML's "valid email address", as in the tenant; at most 254 characters (RFC 5321). */
const EMAIL = new RegExp(`^(?=.{1,254}$)[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${LABEL}(?:\\.${LABEL})*$`);
const COLOR = /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;
const VARIABLE = /^[A-Z][A-Z0-9_]{0,99}$/;
/** A scope or app role in a token; a slash would end the name of its API. */
const PERMISSION_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._:-]{0,119}$/;
/** The name in the tenant's `extension_<app>_<name>`. */
export const OWN_ATTRIBUTE = /^[A-Za-z]\w{0,63}$/;

/** Display text of at most `max` characters (code points), on one line unless `lines`. */
export function text(max: number, { lines = false } = {}) {
  return z
    .string()
    .check((context) => {
      const problem = textProblem(context.value, max, lines);
      if (problem) context.issues.push({ code: "custom", message: problem, input: context.value });
    })
    .meta({ minLength: 1, maxLength: max });
}

function textProblem(value: string, max: number, lines: boolean): string | undefined {
  if (value.trim() === "") return "is empty";
  if ([...value].length > max) return `is longer than ${max} characters`;
  if (!lines && /\n/.test(value)) return "must be on one line";
  INVISIBLE.lastIndex = 0;
  return INVISIBLE.test(value) ? "contains an invisible character" : undefined;
}

/** Bidi and zero-width marks change how a text reads, except the joiners that scripts and emoji need. */
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cs}\p{Cn}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/gu;

/** Line ends of other systems, which a file does not keep. */
const FOREIGN_LINE_ENDS = /\r\n?|[\u2028\u2029\u0085]/g;

/**
 * What a file can express of a text: without invisible characters, with spaces for tabs, and on one line unless `lines`.
 * What it can express stays, such as spaces at the ends. `changes` completes "The text has": empty if it is the same.
 */
export function expressibleText(value: string, lines: boolean): { text: string; changes: string[] } {
  const changes: string[] = [];
  const step = (before: string, after: string, change: string) => {
    if (after !== before) changes.push(change);
    return after;
  };
  const ends = value.replace(FOREIGN_LINE_ENDS, "\n");
  const lined = lines
    ? step(value, ends, "line ends of another system, which the file changes to its own")
    : step(value, oneLine(ends), "line ends, for which the file has spaces");
  const spaced = step(lined, lined.replace(/\t/g, " "), "tabs, for which the file has spaces");
  const text = step(spaced, spaced.replace(INVISIBLE, ""), "invisible characters, which the file omits");
  return { text, changes };
}

/** A space is needed only between words. */
function oneLine(text: string): string {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .join(" ");
}

/** Text of a certain form; `error` completes a sentence that begins with the member's name. */
function form(pattern: RegExp, error: string) {
  return z.string().regex(pattern, { error });
}

export const uniqueName = () => form(UNIQUE_NAME, "is not a valid key: use letters, digits and . _ -, at most 120");
export const permissionName = () =>
  form(PERMISSION_NAME, "is not a valid name: use letters, digits and . _ : -, at most 120, not beginning with a dot");
export const languageTag = () => form(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "is not a language tag, such as de or pt-BR");
export const domain = () => form(DOMAIN, "is not a domain, such as contoso.example");
export const email = () => form(EMAIL, "is not an email address, such as ada@contoso.example");
export const colour = () => form(COLOR, "is not a color: write #rgb or #rrggbb, in quotes");
export const ownAttribute = () =>
  form(OWN_ATTRIBUTE, "is not a valid attribute name: use a letter, then letters, digits and _, at most 64");
export const variable = () =>
  form(VARIABLE, "must name an environment variable: upper-case letters, digits and _, such as ADA_PASSWORD");

export const regularExpression = () =>
  z
    .string()
    .check((context) => {
      const found = patternProblem(context.value);
      if (found) context.issues.push({ code: "custom", message: found, input: context.value });
    })
    .meta({ format: "regex", maxLength: MAX_PATTERN_LENGTH });

/** Where a browser is sent with a code (RFC 6749 §3.1.2, RFC 8252 §7). */
export const redirectUri = () => uri(2_048, redirectUriProblem);
export const signedOutUri = () => uri(2_048, (value) => redirectUriProblem(value) ?? webProblem(value));
export const identifierUri = () => uri(255, identifierUriProblem);
export const webAddress = () =>
  uri(2_000, (value) => (parsed(value)?.protocol === "https:" ? undefined : "is not an https address"));

function uri(max: number, problem: (value: string) => string | undefined) {
  return z
    .string()
    .check((context) => {
      const found = context.value.length > max ? `is longer than ${max} characters` : problem(context.value);
      if (found) context.issues.push({ code: "custom", message: found, input: context.value });
    })
    .meta({ format: "uri", maxLength: max });
}

function parsed(value: string): URL | undefined {
  // URL accepts spaces and line breaks around and inside an address; a later comparison by character does not.
  return /^[\x21-\x7e]+$/.test(value) && URL.canParse(value) ? new URL(value) : undefined;
}

const isLoopback = ({ hostname }: URL) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

function redirectUriProblem(value: string): string | undefined {
  if (value.includes("*")) return "has a wildcard: list every address";
  const url = parsed(value);
  if (!url || !/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return "is not an absolute URI, such as http://localhost";
  if (value.includes("#")) return "has a fragment (#…), which is not allowed in a redirect URI";
  if (url.username || url.password) return "contains a user name";
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return undefined;
  if (url.protocol === "http:") return "uses http, which is allowed only for localhost, 127.0.0.1 and [::1]: use https";
  // RFC 8252 §7.1: a private scheme is a reversed domain; MSAL's own begins with msal.
  if (/^msal|\./.test(url.protocol)) return undefined;
  return "must use https, http on loopback, or the app's own scheme (com.example.app)";
}

function webProblem(value: string): string | undefined {
  return /^https?:/i.test(value) ? undefined : "is neither https nor http on loopback";
}

function identifierUriProblem(value: string): string | undefined {
  const url = parsed(value);
  const expected = "must be an api:// or https URI, such as api://todolist";
  if (!url || !/^(?:api|https):\/\/[^/?#]/i.test(value)) return expected;
  if (/[?#*]/.test(value) || url.username || url.password) {
    return "has a query, fragment, wildcard or user name, which is not allowed in an identifier URI";
  }
  return undefined;
}

const matches = (scalar: z.ZodType) => (value: string | null | undefined) => scalar.safeParse(value).success;

/**
 * Whether a file can express a value found in a tenant. What it cannot express is omitted from an export, and left
 * unchanged by an apply even if the file otherwise determines the whole list.
 */
export const isExpressible = {
  redirectUri: matches(redirectUri()),
  postLogoutRedirectUri: matches(signedOutUri()),
  identifierUri: matches(identifierUri()),
  /** The name of a scope or role. */
  permission: matches(permissionName()),
  attribute: matches(ownAttribute()),
  label: matches(text(250)),
};
