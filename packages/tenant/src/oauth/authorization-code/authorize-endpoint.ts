import type { FastifyInstance, FastifyReply } from "fastify";
import type { Form } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";

/** All parameters that the page reads. Others are not passed on. */
const PARAMETERS = [
  "client_id",
  "redirect_uri",
  "response_type",
  "response_mode",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "login_hint",
  "id_token_hint",
  "request",
  "request_uri",
  "registration",
  "ui_locales",
  "mkt",
  "client-request-id",
] as const;

/**
 * Node rejects requests whose line and headers exceed 16 KiB; cookies and the browser's own headers need some of it.
 */
const LONGEST = 10_000;

/**
 * Authorization Endpoint (RFC 6749 §3.1), GET or POST. Redirects to its page on the pages origin, where the browser has
 * its session (a cross-site POST would not send the cookie). Errors in the request are shown there.
 */
export function authorize(app: FastifyInstance, ctx: OAuthContext): void {
  const lead = (reply: FastifyReply, values: (name: string) => string[]) => {
    const target = new URL("/authorize", ctx.config.pagesOrigin);
    for (const name of PARAMETERS) {
      const given = values(name).filter((value) => value !== "");
      // RFC 6749 §3.1: parameters must not be repeated. We do not guess which value counts.
      if (given.length > 1) return reply.redirect(refusal(ctx, "repeated"), 303);
      if (given[0] !== undefined) target.searchParams.set(name, given[0]);
    }
    return reply.redirect(target.href.length > LONGEST ? refusal(ctx, "too_long") : target.href, 303);
  };

  app.get("/:tenant/oauth2/v2.0/authorize", async (request, reply) => {
    const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
    return lead(reply.header("cache-control", "no-store"), (name) => query.getAll(name));
  });
  app.post("/:tenant/oauth2/v2.0/authorize", async (request, reply) => {
    const form = request.body as Form;
    return lead(reply.header("cache-control", "no-store"), (name) => [form.get(name) ?? ""]);
  });
}

/** Parameters that cannot be passed on are reported by name. */
function refusal(ctx: OAuthContext, why: "repeated" | "too_long"): string {
  return `${ctx.config.pagesOrigin}/authorize?refused=${why}`;
}
