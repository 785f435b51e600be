import type { ProblemList, SourceNode } from "@doorcode/prepare/source-file";

type Tools = typeof import("@doorcode/prepare/source-file");

/** Errors that concern more than one member of a server file. */
export function checkServerFile(tree: SourceNode, { childAt }: Tools, problems: ProblemList): void {
  const at = (...path: string[]) => childAt(tree, ...path);
  const report = (node: SourceNode, message: string, hint?: string) =>
    problems.add(node.keyOffset ?? node.offset, message, hint);

  if (!at("tls") && !at("trustedProxies")?.children.size) {
    report(
      at("trustedProxies") ?? tree,
      "The file has neither tls nor trustedProxies.",
      "Name the certificate with tls, or the addresses of the proxy that ends TLS with trustedProxies.",
    );
  }

  const [sqlite, postgres] = [at("store", "sqlite"), at("store", "postgres")];
  if (sqlite && postgres) report(postgres, "store has both sqlite and postgres.", "Keep one of them.");
  const [urlFile, urlEnv] = [at("store", "postgres", "urlFile"), at("store", "postgres", "urlEnv")];
  if (urlFile && urlEnv) report(urlEnv, "postgres has both urlFile and urlEnv.", "Keep one of them.");
  const [directFile, directEnv] = [at("store", "postgres", "directUrlFile"), at("store", "postgres", "directUrlEnv")];
  if (directFile && directEnv)
    report(directEnv, "postgres has both directUrlFile and directUrlEnv.", "Keep one of them.");
  const isMap = postgres && typeof postgres.value === "object" && postgres.value !== null;
  if (isMap && !urlFile && !urlEnv) {
    report(postgres, "postgres has no urlFile and no urlEnv.", "Put the database's URL into a file, and name it.");
  }

  const [user, passwordFile, passwordEnv] = [at("mail", "user"), at("mail", "passwordFile"), at("mail", "passwordEnv")];
  const password = passwordFile ?? passwordEnv;
  if (passwordFile && passwordEnv) {
    report(passwordEnv, "mail has both passwordFile and passwordEnv.", "Keep one of them.");
  }
  // A password in the file itself is already an error.
  if (user && !password && !at("mail", "password"))
    report(user, "mail has a user, but neither passwordFile nor passwordEnv.");
  if (password && !user) report(password, "mail has a password, but no user.");
  if (user && at("mail", "security")?.value === "none") {
    report(
      user,
      "The mail password would be sent unencrypted.",
      "Use security tls or starttls, or omit user and password.",
    );
  }
}
