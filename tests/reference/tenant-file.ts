/** docs/reference/tenant-file.md and server-file.md, generated from the schemas of these files. */
import { tenantFileSchema } from "@doorcode/prepare";
import { jsonSchemaOf } from "@doorcode/prepare/source-file";
import { serverSchema } from "../../packages/cli/src/tenant/server-schema.ts";

/** The members of JSON Schema that the file's schema uses. */
interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

/** The name of a section in the table of another. */
interface Section {
  path: string;
  schema: Schema;
}

const TENANT_FILE = `# The tenant file

\`doorcode.tenant.yaml\` describes a tenant. \`doorcode prepare\` applies it, and \`doorcode tenant start --file\` serves it. This page lists every member; the [guide](../guide/prepare-your-tenant.md) introduces them.

- Every member is optional unless the table says "required". An unknown member is an error.
- A map such as \`apps\` has your own keys. The key identifies the object; if you change \`displayName\`, the object stays the same.
- Members marked "the embedded tenant's only" are rejected or skipped for Microsoft Entra.
- Let your editor complete and check the file with this first line: \`# yaml-language-server: $schema=./node_modules/doorcode/schema/tenant.schema.json\`
`;

const SERVER_FILE = `# The server file

\`doorcode.server.yaml\` describes how a server runs a tenant: its address, certificate, store and mail server. \`doorcode tenant serve\` reads it. What the tenant contains (apps, APIs, user flows) is in the [tenant file](tenant-file.md).

- Every member is optional unless the table says "required". An unknown member is an error. All errors are reported at once.
- Relative paths begin at the folder of the file; only \`store.sqlite\` begins at the data folder.
- The file must not contain secrets. Members ending in \`File\` or \`Env\` name the file or the environment variable that does. A newline at its end is ignored.
- \`doorcode tenant serve --check\` checks the file and everything that it names, and changes nothing.
- Let your editor complete and check the file with this first line: \`# yaml-language-server: $schema=./node_modules/doorcode/schema/server.schema.json\`

A complete example, for PostgreSQL:

\`\`\`yaml
publicUrl: https://login.contoso.example
listen: { host: 0.0.0.0, port: 8443 }
tls: { certFile: /etc/doorcode/tls/fullchain.pem, keyFile: /etc/doorcode/tls/privkey.pem }
data: /var/lib/doorcode
store:
  postgres: { urlFile: /run/secrets/store-url }
mail:
  host: smtp.contoso.example
  user: doorcode
  passwordFile: /run/secrets/smtp-password
  from: Contoso <no-reply@contoso.example>
monitoring: { port: 9464 }
\`\`\`
`;

export const serverFileReference = (): string => reference(SERVER_FILE, jsonSchemaOf(serverSchema));

export const tenantFileReference = (): string => reference(TENANT_FILE, tenantFileSchema());

function reference(introduction: string, schema: Schema): string {
  const parts = [introduction];
  const waiting: Section[] = [{ path: "", schema }];
  for (let section = waiting.shift(); section; section = waiting.shift()) parts.push(describe(section, waiting));
  return parts.join("\n");
}

/** One object as a section; the objects in it follow in sections of their own. */
function describe({ path, schema }: Section, waiting: Section[]): string {
  const rows: string[] = [];
  const inner: Section[] = [];
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const nested = nestedIn(member, path === "" ? name : `${path}.${name}`);
    if (nested) inner.push(nested);
    const required = schema.required?.includes(name) ? "required. " : "";
    rows.push(
      `| \`${name}\` | ${typeOf(member)} | ${required}${cell(member.description ?? schemaOf(nested)?.description ?? "")}${examplesOf(member)} |`,
    );
  }
  waiting.unshift(...inner);
  const heading = path === "" ? "## The file" : `## \`${path}\``;
  const about = path === "" || schema.description === undefined ? [] : [`${sentence(schema.description)}\n`];
  return [heading, "", ...about, "| member | type | meaning |", "|---|---|---|", ...rows, ""].join("\n");
}

const schemaOf = (section: Section | undefined) => section?.schema;

/** The object type of a member, of its list items, or of its map values. */
function nestedIn(member: Schema, path: string): Section | undefined {
  if (member.properties) return { path, schema: member };
  const entry = typeof member.additionalProperties === "object" ? member.additionalProperties : undefined;
  if (entry?.properties) return { path: `${path}.KEY`, schema: entry };
  const listed = [member.items, ...(member.items?.anyOf ?? [])].find((each) => each?.properties);
  return listed ? { path: `${path}[]`, schema: listed } : undefined;
}

function typeOf(member: Schema): string {
  if (member.enum)
    return member.enum
      .filter((each) => each !== false)
      .map((each) => `\`${each}\``)
      .join(", ");
  if (member.const !== undefined) return `\`${member.const}\``;
  if (member.anyOf) return [...new Set(member.anyOf.map(typeOf))].join(" or ");
  if (member.items) return `list of ${typeOf(member.items)}`;
  const [type] = [member.type].flat();
  if (type === "object")
    return typeof member.additionalProperties === "object" ? mapOf(member.additionalProperties) : "object";
  const { minimum, maximum } = member;
  if (type === "integer") return minimum === undefined ? "number" : `number, ${minimum} to ${maximum}`;
  if (type === "string" && member.maxLength) return `text, up to ${member.maxLength} characters`;
  return type === "string" || type === undefined ? "text" : type;
}

const mapOf = (entry: Schema) => (entry.properties ? "map of objects" : `map of ${typeOf(entry)}`);

function examplesOf({ examples }: Schema): string {
  const [first] = examples ?? [];
  return first === undefined
    ? ""
    : ` Example: \`${inCode(typeof first === "string" ? first : JSON.stringify(first))}\`.`;
}

/** A `|` would end the cell. */
const inCode = (text: string) => text.replaceAll("|", "\\|");

/** A `<` would begin a tag. */
const cell = (text: string) => inCode(text).replaceAll(/<([^>]+)>/g, "`<$1>`");

const sentence = (text: string) => (text.endsWith(".") ? text : `${text}.`);
