import { parse } from "node:querystring";
import type { FastifyInstance } from "fastify";
import { ProtocolError } from "./protocol-error.ts";

/** A parsed body: empty parameters count as omitted, unknown ones are the caller's to ignore (RFC 6749 §3.1, §3.2). */
export type Form = ReadonlyMap<string, string>;

/** More parameters than any request of ours has; a body beyond it is an attack or a mistake. */
const MAX_PARAMETERS = 100;

/**
 * Reads `application/x-www-form-urlencoded` and nothing else, up to 16 KiB.
 * @throws ProtocolError `parameter_repeated` for a parameter given twice (RFC 6749 §3.2)
 */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: 16 * 1024 },
    (_request, body, done) => {
      try {
        done(null, parseForm(body as string));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

export function parseForm(body: string): Form {
  const form = new Map<string, string>();
  const parsed = parse(body, "&", "=", { maxKeys: MAX_PARAMETERS + 1 });
  const names = Object.keys(parsed);
  if (names.length > MAX_PARAMETERS) throw new ProtocolError("parameter_invalid", { detail: "too many parameters." });
  for (const name of names) {
    const value = parsed[name];
    // The name is the client's text: it is not echoed beyond what a parameter of ours can be called.
    if (Array.isArray(value)) {
      throw new ProtocolError("parameter_repeated", { detail: /^[\w.-]{1,40}$/.test(name) ? `'${name}'.` : "" });
    }
    if (value !== undefined && value !== "") form.set(name, value);
  }
  return form;
}

/** @throws ProtocolError `parameter_missing` */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new ProtocolError("parameter_missing", { detail: `'${name}'.` });
  return value;
}
