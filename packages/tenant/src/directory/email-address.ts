/**
 * What `<input type="email">` accepts (HTML, "valid email address"), at most 254 characters (RFC 5321). ASCII only, so that
 * the address a mail goes to is the one that is unique: beyond ASCII, two addresses may have one lower-case form.
 */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text);
}

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const ADDRESS = new RegExp(`^[a-zA-Z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${LABEL}(?:\\.${LABEL})*$`);
