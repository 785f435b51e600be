/**
 * Where the pages of the console are. Everywhere in the code, and in the documentation, they have the addresses below
 * `/console`. On an embedded tenant a signed-in browser sees them below `/console/s-…`, a folder of this start, because its
 * cookie is for this folder alone: browsers send cookies to every port of a host, and a program on another port of
 * `localhost` must not receive this one (docs/decisions/0034). The folder alone opens nothing.
 */
export const CONSOLE = "/console";

/** The pattern of the folder in a route. A pattern, so that logs, metrics and traces have no part of the address. */
const FOLDER_OF_START = `${CONSOLE}/:start`;

/** The address below the root, for an address below `/console`. */
export const under = (root: string, address: string): string => root + address.slice(CONSOLE.length);

/** Whether a browser asks for something in this folder. */
export function isUnder(root: string, address: string): boolean {
  return address.startsWith(root) && /^(?:[/?]|$)/.test(address.slice(root.length));
}

/** The address below `/console`, for an address in a folder of this start or of an earlier one. */
export const withoutFolder = (address: string): string => address.replace(/^\/console\/s-[\w-]{22}(?=[/?]|$)/, CONSOLE);

/** The patterns of the routes for a page: its own address, and the one in the folder. */
export function patternsOf(root: string, address: string): string[] {
  return root === CONSOLE ? [address] : [address, under(FOLDER_OF_START, address)];
}

/**
 * The same document with its links, forms and frames below the root. Text from elsewhere is no link, because the template
 * escapes its quotes. The style sheet and the script stay, so that browsers keep them from one start to the next.
 */
export function linksUnder(root: string, document: string): string {
  if (root === CONSOLE) return document;
  return document.replace(/ (href|action|formaction|src)="\/console(?=[/?#"])(?!\/assets\/)/g, ` $1="${root}`);
}
