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

/**
 * Writes whole lines, each once: for logs, pipes, terminals that cannot redraw, and screen readers.
 * @example
 * ```ts
 * import { createClient } from "@doorcode/client";
 * import { plainPresenter } from "@doorcode/client/presenters";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   present: plainPresenter({ stream: process.stderr, env: process.env }),
 * });
 * ```
 */
export function plainPresenter(options: PresenterOptions): Presenter {
  const clock: Clock = options.clock ?? systemClock;
  const say = (line: string) => void options.stream.write(`${line}\n`);
  /** A lasting network failure is reported once, not at every try. */
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
          say(`The code expires in ${roughly(code.expiresAt - clock.now())}. Waiting.`);
          return;
        }
        case "browser":
          say(`Sign in to use ${whoAsks(options, about)}`);
          say(`Issuer: ${issuerName(about)}`);
          say(`This page opens in your browser. If it does not, open it on this computer: ${addressOf(event.url)}`);
          say(ifRefused);
          say("Waiting for the browser.");
          return;
        case "waiting":
          if (troubled) say("The issuer is responding again. Waiting.");
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
