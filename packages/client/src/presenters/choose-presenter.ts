import type { Presenter } from "../client.ts";
import { type PresenterOptions, terminalFeatures } from "./output.ts";

/**
 * Returns the presenter that suits the output: a redrawing screen for a terminal, plain lines otherwise. The presenter
 * is loaded only when there is something to show.
 * @example
 * ```ts
 * import { choosePresenter, createClient } from "@doorcode/client";
 *
 * const client = createClient({
 *   authority: "https://contoso.ciamlogin.com/<tenant ID>",
 *   clientId: "00000000-0000-4000-8000-000000000000",
 *   present: choosePresenter({ stream: process.stdout, env: process.env, appName: "Todo" }),
 * });
 * ```
 */
export function choosePresenter(options: PresenterOptions): Presenter {
  let chosen: Promise<Presenter> | undefined;
  let loaded: Presenter | undefined;
  const load = async () => {
    const { redraws } = terminalFeatures(options.stream, options.env);
    loaded = redraws
      ? (await import("./terminal-presenter.ts")).terminalPresenter(options)
      : (await import("./plain-presenter.ts")).plainPresenter(options);
    return loaded;
  };
  return {
    async show(event, about) {
      chosen ??= load();
      await (await chosen).show(event, about);
    },
    end: (outcome) => loaded?.end?.(outcome),
  };
}
