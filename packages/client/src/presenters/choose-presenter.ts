import type { Presenter } from "../client.ts";
import { type PresenterOptions, terminalFeatures } from "./output.ts";

/** The presenter that suits where it writes; which one is loaded only once there is something to show. */
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
