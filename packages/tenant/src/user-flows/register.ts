import type { FastifyInstance } from "fastify";
import { serveLogo } from "../branding/logo-route.ts";
import type { TenantContext } from "../tenant-context.ts";
import { showConfirm, showDone, takeConfirm, takeOver } from "./confirm.ts";
import { showContinueAs, showEnterCode, takeCode, takeContinueAs } from "./enter-code.ts";
import { PageProblem } from "./form.ts";
import { showNotMe, takeNotMe } from "./not-me.ts";
import { sendPage } from "./page-answer.ts";
import { pageRoutes } from "./page-routes.ts";
import { showSignIn, takeSignIn } from "./sign-in.ts";
import { showSignOut, takeSignOut } from "./sign-out.ts";
import { showSignUpName, showSignUpPassword, takeSignUpName, takeSignUpPassword } from "./sign-up-account.ts";
import {
  resendSignUpCode,
  showSignUpAddress,
  showSignUpCode,
  takeSignUpAddress,
  takeSignUpCode,
} from "./sign-up-address.ts";

/** Every page that a person meets, by its path. */
export function registerPages(app: FastifyInstance, ctx: TenantContext): void {
  pageRoutes(app, ctx, (page, scope) => {
    page("/", { get: async () => ({ to: "/device" }) });
    page("/device", { get: showEnterCode, post: takeCode });
    page("/device/continue", { get: showContinueAs, post: takeContinueAs });
    page("/sign-in", { get: showSignIn, post: takeSignIn, signsIn: true });
    page("/sign-up", { get: showSignUpAddress, post: takeSignUpAddress });
    page("/sign-up/code", { get: showSignUpCode, post: takeSignUpCode });
    page("/sign-up/resend", { post: resendSignUpCode });
    page("/sign-up/password", { get: showSignUpPassword, post: takeSignUpPassword });
    page("/sign-up/name", { get: showSignUpName, post: takeSignUpName, signsIn: true });
    page("/confirm", { get: showConfirm, post: takeConfirm });
    page("/confirm/take-over", { post: takeOver });
    page("/done", { get: showDone });
    page("/not-me", { get: showNotMe, post: takeNotMe });
    if (ctx.config.branding.logo) serveLogo(scope, ctx.config.branding.logo);
    page("/sign-out", { get: showSignOut, post: takeSignOut });

    // Entra's own address of the code page, under any of the tenant's names.
    const names = ["common", ctx.config.tenantId, ctx.config.domain.toLowerCase()];
    page("/:tenant/oauth2/deviceauth", {
      get: async (visit) => {
        const tenant = (visit.path.split("/")[1] ?? "").toLowerCase();
        if (!names.includes(tenant)) throw new PageProblem({ page: "not_found" });
        return showEnterCode(visit);
      },
    });

    // On one origin with the endpoints an unknown path is theirs to answer.
    if (ctx.config.pagesOrigin === ctx.config.issuerOrigin) return;
    scope.all("/*", { onRequest: async (_request, reply) => sendPage(ctx, reply, { page: "not_found" }) }, async () => {
      throw new PageProblem({ page: "not_found" });
    });
  });
}
