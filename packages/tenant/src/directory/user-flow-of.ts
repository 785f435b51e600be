import type { Store } from "../storage/store.ts";
import type { App } from "./entities.ts";
import { DEFAULT_USER_FLOW, type UserFlow } from "./user-flow.ts";

/** The user flow of an app, or of the account page where there is no app. */
export async function userFlowOf(store: Store, app: Pick<App, "userFlowId"> | undefined): Promise<UserFlow> {
  const own = app?.userFlowId ? await store.directory.findUserFlow(app.userFlowId) : undefined;
  return own ?? DEFAULT_USER_FLOW;
}
