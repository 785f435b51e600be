import { missingAttributes } from "../../directory/access-rules.ts";
import type { User } from "../../directory/entities.ts";
import { termsKey } from "../../directory/user-flow.ts";
import { loadFacts } from "../../oauth/approval.ts";
import type { Questions } from "../../ui/components/questions.ts";
import { type InteractionRequest, subjectIdOf } from "../interaction.ts";
import { type Answer, choice, PageProblem } from "../page-request.ts";
import { decideStep, proceed, stepPage, stepUp } from "../proceed.ts";
import { startOver } from "../session.ts";
import { emptyQuestions, type Only, readQuestions } from "../sign-up/sign-up-answers.ts";

/**
 * Attributes and terms that the app's user flow requires, for users who signed up elsewhere or before they were
 * required.
 */
export async function getDetails(request: InteractionRequest): Promise<Answer> {
  return whereOwed(request, (user, only) => page(request, user, emptyQuestions(request.userFlow, only), null));
}

export async function postDetails(request: InteractionRequest): Promise<Answer> {
  if (request.fields.has("decision")) {
    choice(request.fields, "decision", ["other"]);
    return startOver(request);
  }
  return whereOwed(request, async (user, only) => {
    const { ctx, now, ip, userFlow, fields, grant, authorization } = request;
    const { attributes, complete, ...asked } = readQuestions(userFlow, fields, only);
    if (!complete) return page(request, user, asked, "answers");
    const terms = only.terms && userFlow.termsOfUse ? termsKey(userFlow.termsOfUse) : null;
    const completed = await ctx.store.profiles.complete({
      userId: user.id,
      attributes,
      terms,
      now,
      audit: {
        at: now,
        event: "user.details_given",
        actor: "user",
        userId: user.id,
        clientId: request.app?.clientId ?? null,
        grantId: subjectIdOf(request),
        ip,
        detail: { attributes: Object.keys(attributes).join(" "), ...(terms !== null && { terms }) },
      },
    });
    if (!completed) throw new PageProblem({ page: "stale_form" });
    request.facts = await loadFacts(ctx, grant ?? authorization, user.id);
    return proceed(request);
  });
}

/** The page of this step. A page out of order redirects to the current step (ASVS 2.3.1). */
async function whereOwed(
  request: InteractionRequest,
  step: (user: User, only: Only) => Answer | Promise<Answer>,
): Promise<Answer> {
  const next = await decideStep(request);
  const { user, termsAccepted } = request.facts;
  // A second factor comes first: with one factor, a user must not change their account.
  if (next.name !== "details" || !user)
    return next.name === "second_factor" ? stepUp(request) : stepPage(request, next);
  return step(user, { attributes: missingAttributes(user, request.userFlow), terms: !termsAccepted });
}

function page(
  { interaction, app }: InteractionRequest,
  user: User,
  asked: Questions,
  problem: null | "answers",
): Answer {
  const { id: flowId } = interaction;
  return { view: { page: "details", flowId, email: user.email, appName: app?.name ?? null, ...asked, problem } };
}
