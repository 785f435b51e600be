import type { PresenterOptions } from "./presenter-options.ts";
import { styles, wrap } from "./sign-in-screen.ts";
import { type About, addressOf, ifRefused, issuerName, whoAsks } from "./wording.ts";

/** What a person at a terminal sees while the browser is asked. The address stands alone and whole: it must be copied. */
export function browserScreen(
  url: string,
  about: About,
  options: PresenterOptions,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const { bold, dim, accent } = styles(colour);
  const words = (text: string) => wrap(text, columns - 4);
  const indented = (lines: string[]) => lines.map((line) => `  ${line}`);
  return [
    ...indented(words(`Sign in to use ${whoAsks(options, about)}`).map(bold)),
    "",
    ...indented(words("Your browser shows this page; if it does not, open it on this computer:")),
    accent(addressOf(url)),
    "",
    ...indented(words(`Issuer: ${issuerName(about)}`).map(dim)),
    ...indented(words(ifRefused).map(dim)),
    "",
    ...indented(words("Waiting for the browser.")),
  ];
}
