import { createHash } from "node:crypto";
import { type DoorcodeError, errorCatalogue } from "../errors.ts";

const style = `:root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}
body{margin:0;min-block-size:100vh;display:grid;place-items:center;background:#f4f6f5;color:#16201c}
main{max-inline-size:32rem;padding:2rem 1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem}
p{margin:0 0 .75rem}
@media (prefers-color-scheme:dark){body{background:#121816;color:#edf2f0}}`;

/** Of every answer of the listener: nothing is loaded, run, framed, kept or told to another site. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
};

export const signedInPage = (): string =>
  page("You are signed in", ["You can close this page and go back to the program that asked."]);

/** Only our own sentence: what the issuer said is in the program's error, which nobody else sees. */
export function notSignedInPage(error: DoorcodeError): string {
  const [sentence] = errorCatalogue[error.code];
  return page("You are not signed in", [
    `${sentence}.`,
    "The program that asked says more. You can close this page and go back to it.",
  ]);
}

/** For whatever else comes to the address: a stray tab, a second answer, a program that looks around. */
export const strayPage = (what: string): string => page("Nothing to see here", [what, "You can close this page."]);

/** The texts are this file's and the catalogue's own: there is nothing to escape. */
function page(title: string, paragraphs: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}
</main>
</body>
</html>
`;
}
