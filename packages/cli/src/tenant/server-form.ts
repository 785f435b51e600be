import type { FileForm, Range, SourceNode } from "@doorcode/prepare/source-file";
import { isVariable, serverSchema } from "./server-schema.ts";

type Tools = typeof import("@doorcode/prepare/source-file");

const inFileOrVariable: Record<string, string> = {
  postgres: "Put the database's URL into a file, and name the file with urlFile; or into a variable, with urlEnv.",
  mail: "Put the password into a file, and name the file with passwordFile; or into a variable, with passwordEnv.",
};

/** The form of `doorcode.server.yaml`, for the reader of the tenant file. */
export const serverForm = ({ SourceFileError, isSecretName }: Tools): FileForm<typeof serverSchema> => ({
  schema: serverSchema,
  name: "a server file",
  beginning: "Begin with `publicUrl:`, `data:` and `mail:`.",
  entries: {},
  secretHint: "Put it into a file or an environment variable, and name that here, for example with passwordFile.",
  hintFor(path) {
    const [first, second] = path.map(String);
    if (first === "store" && second === "postgres") return inFileOrVariable.postgres;
    if (first === "store" && second === "wait") return "Write it with a unit: 60s, 5m or 0s.";
    if (first === "drain") return "Write it with a unit: 5s or 0s.";
    if (path.at(-1) === "passwordEnv" || path.at(-1) === "passwordFile") return inFileOrVariable.mail;
    return undefined;
  },
  secretRanges: (tree) => rangesOf(secretsIn(tree, isSecretName)),
  error: (fileName, problems, sources) => new SourceFileError("server_file_invalid", fileName, problems, sources),
});

const FILES = new Set(["passwordFile", "urlFile", "directUrlFile", "keyFile", "certFile", "caFile", "sealKeyFile"]);
const VARIABLES = new Set(["passwordEnv", "urlEnv", "directUrlEnv"]);
/** Where a URL with a password is easily written, or a member that is none of ours could be one. */
const SENSITIVE = new Set(["store", "postgres", "mail", "dkim", "tls"]);

/** The values that may be secrets: where only a reference belongs, and anything that looks out of place beside it. */
function secretsIn(node: SourceNode, isSecretName: (name: string) => boolean, within = ""): SourceNode[] {
  return [...node.children].flatMap(([key, child]) => {
    if (child.children.size > 0) return secretsIn(child, isSecretName, Array.isArray(node.value) ? within : key);
    const { value } = child;
    if (typeof value !== "string") return isSecretName(key) && value !== null ? [child] : [];
    if (VARIABLES.has(key)) return isVariable(value) ? [] : [child];
    if (FILES.has(key)) return /[\n@]|-----BEGIN|:\/\//.test(value) ? [child] : [];
    const isUnknown = SENSITIVE.has(within) && !KNOWN.has(key);
    return isSecretName(key) || SENSITIVE.has(key) || isUnknown ? [child] : [];
  });
}

/** Members of the sensitive maps that hold no secret. */
const KNOWN = new Set(["sqlite", "schema", "wait", "host", "port", "security", "user", "from", "domain", "selector"]);

const rangesOf = (nodes: SourceNode[]): Range[] =>
  nodes.flatMap(({ offset, end }): Range[] => (end > offset ? [[offset, end]] : []));
