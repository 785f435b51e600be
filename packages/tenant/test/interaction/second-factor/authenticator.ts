import { randomUUID } from "node:crypto";
import { TOTP, URI } from "otpauth";
import type { User } from "../../../src/directory/entities.ts";
import { DEFAULT_USER_FLOW, type SecondFactor } from "../../../src/directory/user-flow.ts";
import {
  hashRecoveryCode,
  newRecoveryCodes,
  sealTotpSecret,
} from "../../../src/interaction/second-factor/authenticator-codes.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleInteraction } from "../../storage/samples.ts";
import { type Browser, type Page, textOf } from "../browser.ts";
import type { PagesUnderTest } from "../pages-under-test.ts";
import { walkToConfirm } from "../walks.ts";

export const STEP_MS = 30_000;

/** The code that the app on a phone shows. */
export function codeAt(secret: string, now: number, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: now + steps * STEP_MS });
}

/** No current code of this app. */
export function wrongCode(secret: string, now: number): string {
  const right = [-2, -1, 0, 1, 2].map((steps) => codeAt(secret, now, steps));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !right.includes(code)) ?? "";
}

/** The key that a set-up page shows for typing; the one in its link must be the same. */
export function secretOn(page: Page): string {
  const typed = /<span class="mono">([A-Z2-7 ]+)<\/span>/.exec(page.html)?.[1]?.replaceAll(" ", "") ?? "";
  const link = /href="(otpauth:[^"]*)"/.exec(page.html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  if (URI.parse(link).secret.base32 !== typed) throw new Error(`“${page.heading}” shows two keys`);
  return typed;
}

export function recoveryCodesOn(page: Page): string[] {
  return [...page.html.matchAll(/<li><bdi>(.*?)<\/bdi><\/li>/g)].map(([, code]) => textOf(code ?? ""));
}

/** Makes the app under test require a second factor, by these methods. */
export async function demandMfa({ ctx, device }: PagesUnderTest, ...mfaMethods: SecondFactor[]): Promise<void> {
  const id = randomUUID();
  const flow = { ...DEFAULT_USER_FLOW, id, name: id, mfaRequired: true, createdAt: ctx.clock.now() };
  await seed(ctx.store).putUserFlow({ ...flow, ...(mfaMethods.length > 0 && { mfaMethods }) });
  await seed(ctx.store).putApp({ ...device, userFlowId: id });
}

/** A user who has had an authenticator app for a while. */
export async function personWithApp(
  testEnv: Pick<PagesUnderTest, "ctx" | "person">,
): Promise<{ user: User; secret: string; codes: string[] }> {
  const user = await testEnv.person();
  const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  const { ctx } = testEnv;
  const sealed = sealTotpSecret(ctx.sealKey, user.id, secret);
  const now = ctx.clock.now();
  const sessionId = randomUUID();
  await ctx.store.sessions.ensure({ id: sessionId, createdAt: now, expiresAt: now + 1 });
  const times = { createdAt: now, expiresAt: now + 1 };
  const flow = sampleInteraction(sessionId, {
    firstFactor: { userId: user.id, methods: ["password" as const], at: now },
    totpSecretSealed: sealed,
    ...times,
  });
  await ctx.store.sessions.insertInteraction(flow);
  const codes = newRecoveryCodes();
  await ctx.store.factors.enrolTotp({
    interactionId: flow.id,
    sessionId,
    userId: user.id,
    secretSealed: sealed,
    replaces: null,
    step: Math.floor(now / STEP_MS) - 100,
    recoveryCodeHashes: codes.map((code) => hashRecoveryCode(ctx.sealKey, user.id, code)),
    now,
  });
  return { user, secret, codes };
}

/** From a new code to the page after the password. */
export async function afterPassword(testEnv: PagesUnderTest, browser: Browser = testEnv.browser()) {
  const { id, userCode } = await testEnv.grant();
  const page = await walkToConfirm(browser, userCode, "ada@contoso.example");
  return { browser, page, grantId: id };
}
