/** Whether a scope or role can have this value: what Graph accepts, so that a file can describe it. */
export function isPermissionName(value: string): boolean {
  return /^[A-Za-z0-9!#$%&'()*+,\-./:;<=>?@[\]^_`{|}~]{1,120}$/.test(value) && !value.startsWith(".");
}

/** Whether an API can be identified by this URI. */
export function isIdentifierUri(uri: string): boolean {
  return uri.length <= 255 && /^(?:api|https|urn):\S+[^\s/]$/.test(uri) && URL.canParse(uri);
}

/** Whether a text for people to read has anything to read, and nothing invisible. */
export function isShownText(text: string, most: number): boolean {
  return text.length <= most && /\S/.test(text) && /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u.test(text);
}
