/** The link of a notification, as its reader copies it from the mail. */
export function linkIn(mailText: string): { href: string; path: string; token: string } {
  const href = /https?:\/\/\S+\/not-me\?token=\S+/.exec(mailText)?.[0];
  if (href === undefined) throw new Error(`no link in the mail: ${mailText}`);
  const url = new URL(href);
  return { href, path: url.pathname + url.search, token: url.searchParams.get("token") ?? "" };
}
