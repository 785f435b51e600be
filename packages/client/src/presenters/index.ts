export { choosePresenter } from "./choose-presenter.ts";
export { jsonPresenter } from "./json-presenter.ts";
export type { Output, PresenterOptions } from "./output.ts";
export { plainPresenter } from "./plain-presenter.ts";
export { terminalPresenter } from "./terminal-presenter.ts";
