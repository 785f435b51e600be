import type { ClientContext } from "./client-context.ts";
import type { Presenter } from "./device-flow/events.ts";

/** On stderr, which is for people; results go to stdout. */
export function defaultPresenter(_context: Pick<ClientContext, "clock" | "options">): Presenter {
  return {
    show(event) {
      if (event.event !== "code") return;
      process.stderr.write(
        `To sign in, open ${event.code.verificationUri} and enter the code ${event.code.userCode}\n`,
      );
    },
  };
}
