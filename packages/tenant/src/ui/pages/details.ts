import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { button, form, problemNote } from "../components/parts.ts";
import { signedInAsApart } from "../components/permission-cards.ts";
import { type Questions, questionFields } from "../components/questions.ts";
import { html } from "../html.ts";

/** Attributes and terms that the app's user flow requires and the signed-in user has not given yet. */
export interface DetailsView extends Questions {
  page: "details";
  flowId: string;
  email: string;
  /** Null on the way to the account page. */
  appName: string | null;
  problem: null | "answers";
}

export const detailsPages: Pages<DetailsView> = { details: detailsPage };

function detailsPage(view: DetailsView, chrome: Chrome): Page {
  const { messages } = chrome;
  const lede = view.questions.length === 0 ? messages.details.termsAlone : messages.details.asked;
  return {
    title: messages.titles.details,
    main: html`<h1>${messages.titles.details}</h1>
<p class="lede">${view.appName === null ? lede.account : lede.app(html`<strong><bdi>${view.appName}</bdi></strong>`)}</p>
${signedInAsApart(view, formActions.details, chrome)}
${problemNote(view.problem && messages.signUp.details.check)}
${form(formActions.details, chrome, { flow: view.flowId }, [
  questionFields(view, messages, { first: true }),
  button(messages.common.continue),
])}`,
  };
}
