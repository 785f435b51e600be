const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];
/** A browser would run them, or read a file; none leads back to a program. */
const DANGEROUS = [
  "javascript:",
  "data:",
  "vbscript:",
  "file:",
  "blob:",
  "about:",
  "view-source:",
  "ftp:",
  "ws:",
  "wss:",
];

/** Why nobody may be sent back there, or null (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1). */
export function redirectProblem(uri: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri)) return "it is no absolute URI";
  const { protocol, hostname, username, password } = new URL(uri);
  if (uri.includes("#")) return "it has a fragment";
  if (uri.includes("*")) return "it has a wildcard, and matches exactly here";
  if (username !== "" || password !== "") return "it has a user name or password";
  if (protocol === "https:") return null;
  if (protocol === "http:") {
    return LOOPBACK_HOSTS.includes(hostname) ? null : "it begins with https://, or with http://localhost";
  }
  return DANGEROUS.includes(protocol) ? "its scheme leads to no program" : null;
}
