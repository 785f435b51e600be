// The files of the Helm chart that repeat facts from elsewhere. `npm run schema` writes them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packaging/pack.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const chart = "deploy/helm/doorcode";

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  [keyword: string]: unknown;
}

const SECRET = { pattern: "^/run/secrets/doorcode/[^/]+$" };
const DURATION = { pattern: "^[0-9]+[smh]$" };
const PORT = { minimum: 1 };

/** What the server file must say in this chart, beyond its own schema: path of the member → keywords. */
const inPods: Record<string, Schema> = {
  // A shared database, and a seal key that all pods have and that outlives them.
  "": { required: ["publicUrl", "listen", "data", "sealKeyFile", "store", "mail", "monitoring"] },
  publicUrl: { pattern: "^https://" },
  "listen.port": PORT,
  "monitoring.port": PORT,
  listen: { required: ["port"] },
  data: { pattern: "^/var/lib/doorcode/[^/]+" },
  sealKeyFile: SECRET,
  store: { required: ["postgres"] },
  "store.postgres.urlFile": SECRET,
  "store.postgres.directUrlFile": SECRET,
  "store.wait": DURATION,
  "mail.passwordFile": SECRET,
  "mail.caFile": SECRET,
  "mail.dkim.keyFile": SECRET,
  drain: DURATION,
};

/** The schema of the value `server`, from the server file's own. */
export function serverValueSchema(): Schema {
  const { $schema: _, ...schema } = JSON.parse(read("packages/cli/schema/server.schema.json")) as Schema;
  const at = (path: string) =>
    path.split(".").reduce((each, name) => (name === "" ? each : each.properties![name]!), schema as Schema);
  // The chart writes `tls` from `tls.existingSecret`, and a pod has no place for a SQLite file.
  delete at("").properties!.tls;
  delete at("store").properties!.sqlite;
  for (const [path, keywords] of Object.entries(inPods)) Object.assign(at(path), keywords);
  return schema;
}

/** Path from the repository's root → the text that belongs there. */
export function chartFiles(): Map<string, string> {
  const { version } = JSON.parse(read("packages/cli/package.json")) as { version: string };
  const values = JSON.parse(read(`${chart}/values.schema.json`)) as Schema;
  values.properties!.server = serverValueSchema();
  const kustomization = "deploy/kubernetes/kustomization.yaml";
  return new Map([
    [`${chart}/values.schema.json`, `${JSON.stringify(values, undefined, 2)}\n`],
    [`${chart}/files/doorcode-alerts.yaml`, read("deploy/monitoring/doorcode-alerts.yaml")],
    [`${chart}/Chart.yaml`, read(`${chart}/Chart.yaml`).replace(/^(version|appVersion): .*$/gm, `$1: ${version}`)],
    [kustomization, read(kustomization).replace(/(newTag: ).*$/m, `$1${version}`)],
  ]);
}
