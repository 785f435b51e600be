import type { Presenter } from "../client.ts";
import { type Clock, systemClock } from "../clock.ts";
import { plainText } from "../issuer/issuer-answer.ts";
import type { PresenterOptions } from "./output.ts";
import {
  addressOf,
  codeIsYours,
  ifRefused,
  issuerName,
  opensElsewhere,
  roughly,
  signedInAs,
  whoAsks,
  whyAgain,
  withoutScopes,
} from "./wording.ts";

/** Whole lines, each written once: for logs, pipes, terminals that cannot redraw, and screen readers. */
export function plainPresenter(options: PresenterOptions): Presenter {
  const clock: Clock = options.clock ?? systemClock;
  const say = (line: string) => void options.stream.write(`${line}\n`);
  /** A network that stays away is said once, not at every try. */
  let troubled = false;
  return {
    show(event, about) {
      switch (event.event) {
        case "code": {
          const { code } = event;
          const where = opensElsewhere(code) ? "on any device" : "on this computer";
          say(`Sign in to use ${whoAsks(options, about)}`);
          say(`Issuer: ${issuerName(about)}`);
          say(`Open this page ${where}: ${plainText(code.verificationUri, { limit: 2_000 })}`);
          say(`Enter this code: ${plainText(code.userCode, { limit: 64 })}`);
          say(codeIsYours);
          say(`The code is good for ${roughly(code.expiresAt - clock.now())}. Waiting.`);
          return;
        }
        case "browser":
          say(`Sign in to use ${whoAsks(options, about)}`);
          say(`Issuer: ${issuerName(about)}`);
          say(`Your browser shows this page; if it does not, open it on this computer: ${addressOf(event.url)}`);
          say(ifRefused);
          say("Waiting for the browser.");
          return;
        case "waiting":
          if (troubled) say("The issuer answers again. Waiting.");
          troubled = false;
          return;
        case "slowed":
          return;
        case "retrying":
          if (!troubled) say(`${whyAgain(event.reason, options, 200)}; trying again.`);
          troubled = true;
          return;
        case "signed_in":
          say(signedInAs(event.account));
          if (event.notGranted) say(withoutScopes(event.notGranted));
      }
    },
  };
}
