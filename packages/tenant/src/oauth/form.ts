import { parse } from "node:querystring";
import type { FastifyInstance } from "fastify";
import { ProtocolError } from "./protocol-error.ts";

/** A parsed body. Empty parameters count as omitted, and callers may ignore unknown ones (RFC 6749 §3.1, §3.2). */
export type Form = ReadonlyMap<string, string>;

/** More parameters than any valid request has. A body with more is an attack or a mistake. */
const MAX_PARAMETERS = 100;

/**
 * Reads only `application/x-www-form-urlencoded`, up to 16 KiB.
 *
 * @throws ProtocolError `parameter_repeated` if a parameter is given twice (RFC 6749 §3.2)
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
    // The client chooses the name, so only as much of it is echoed as our longest parameter name.
    if (Array.isArray(value)) {
      throw new ProtocolError("parameter_repeated", { detail: /^[\w.-]{1,40}$/.test(name) ? `'${name}'.` : "" });
    }
    if (value !== undefined && value !== "") form.set(name, value);
  }
  return form;
}

/** Forgets the parameters of a request that waits: they take memory, and some are secret. */
export function forget(form: Form): void {
  (form as Map<string, string>).clear();
}

/** @throws ProtocolError `parameter_missing` */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new ProtocolError("parameter_missing", { detail: `'${name}'.` });
  return value;
}
