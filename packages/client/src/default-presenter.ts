import type { ClientContext } from "./client-context.ts";
import type { Presenter } from "./device-flow/events.ts";
import { choosePresenter } from "./presenters/choose-presenter.ts";

/** On stderr, which is for people; results go to stdout. */
export function defaultPresenter({
  clock,
  options: { deviceName },
}: Pick<ClientContext, "clock" | "options">): Presenter {
  return choosePresenter({ stream: process.stderr, env: process.env, clock, ...(deviceName && { deviceName }) });
}
