import type { Html } from "../html.ts";
import { attrs, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** The entries of the rail, in groups. One is shown as soon as its page is registered. */
const groups = [
  ["/console", "/console/inbox"],
  ["/console/people", "/console/apps", "/console/user-flows", "/console/policies", "/console/tenant-file"],
  ["/console/sign-ins", "/console/audit", "/console/keys"],
  ["/console/testing", "/console/tokens"],
] as const;

export type RailPath = (typeof groups)[number][number];

export const railPaths: readonly RailPath[] = groups.flat();

/** What the rail shows, of the chrome of a page. */
export interface Rail {
  /** Of the request, without the query. */
  path: string;
  /** Entries whose pages exist. */
  rail: readonly RailPath[];
  counts: ReadonlyMap<RailPath, number>;
  messages: Messages;
}

/** Links to all pages. The present page, or the list of the present detail, is marked. */
export function railLinks(chrome: Rail): Html {
  const { rail, path } = chrome;
  // An API is in the list of apps and APIs.
  const place = path.replace(/^\/console\/apis\//, "/console/apps/");
  const here = railPaths.findLast((each) => place === each || place.startsWith(`${each}/`));
  const lists = groups.map((group) => group.filter((each) => rail.includes(each))).filter(({ length }) => length > 0);
  return html`${lists.map(
    (list) => html`<ul>${list.map((each) => html`<li>${link(each, each === here, chrome)}</li>`)}</ul>`,
  )}`;
}

function link(path: RailPath, isHere: boolean, { counts, messages, path: present }: Rail): Html {
  const count = counts.get(path);
  const current = isHere ? (path === present ? "page" : "true") : null;
  return html`<a${attrs({ href: path, "aria-current": current })}>${messages.console.rail[path]}${
    count !== undefined && html`<span class="count">${messages.console.number(count)}</span>`
  }</a>`;
}
