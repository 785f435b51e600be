// The chart of deploy/helm as Helm renders it.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { helmAndKubectl } from "../../tools/kubernetes.mjs";
import { root } from "../packaging/pack.ts";
import { type Ended, mustRun, plainEnvironment, runCommand } from "../packaging/run-command.ts";
import { ifBrought } from "./if-brought.ts";
import {
  all,
  beyondRestricted,
  inconsistencies,
  invalidValues,
  type Manifest,
  objectsIn,
  only,
  serverFileIn,
  unknownMembers,
} from "./kubernetes-objects.ts";
import { readServerText, SECRETS } from "./read-server-text.ts";

const { program, without } = ifBrought(helmAndKubectl);
const chart = join(root, "deploy/helm/doorcode");
const valuesFile = (name: string) => join(chart, `ci/${name}-values.yaml`);
const minimum = ["--values", valuesFile("minimum")];
const full = ["--values", valuesFile("full")];
/** A value for `--set-json`: every type, and `null` removes a default. */
const set = (path: string, value: unknown) => ["--set-json", `${path}=${JSON.stringify(value)}`];

describe("deploy/helm", { skip: without }, () => {
  let home: string;
  const helm = (...args: string[]): Promise<Ended> =>
    runCommand(program!.helm, args, { env: plainEnvironment({ HOME: home }) });
  const template = (folder: string, ...args: string[]) =>
    helm("template", "doorcode", folder, "--namespace", "doorcode", ...args);
  const render = async (...args: string[]): Promise<Manifest[]> => {
    const { exit, stdout, stderr } = await template(chart, ...args);
    assert.equal(exit, 0, stderr);
    return objectsIn(stdout);
  };
  /** A copy of the chart with one changed file. */
  const copyOf = async (file: string, change: (text: string) => string) => {
    const copy = await mkdtemp(join(home, "chart-"));
    await cp(chart, copy, { recursive: true });
    await writeFile(join(copy, file), change(await readFile(join(copy, file), "utf8")));
    return copy;
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "doorcode-helm-"));
  });
  after(() => rm(home, { recursive: true }));

  const rendered: Record<string, string[]> = {
    "its defaults": minimum,
    "every value": full,
    "one replica, an ingress and nothing optional": [
      ...minimum,
      ...set("replicas", 1),
      ...set("ingress.enabled", true),
      ...set("networkPolicy.enabled", false),
      ...set("serviceAccount.create", false),
    ],
  };
  for (const [title, values] of Object.entries(rendered)) {
    describe(`with ${title}`, () => {
      let objects: Manifest[];
      before(async () => {
        objects = await render(...values);
      });

      test("passes helm lint --strict", async () => {
        const { exit, stdout, stderr } = await helm("lint", "--strict", chart, ...values);
        assert.equal(exit, 0, stdout + stderr);
      });

      test("is valid for Kubernetes and the Prometheus Operator, consistent, and within the profile restricted", async () => {
        assert.deepEqual(await problemsOf(objects), []);
        const { spec } = only(objects, "Deployment").spec.template;
        assert.equal(spec.containers[0].securityContext.readOnlyRootFilesystem, true);
        assert.equal(spec.automountServiceAccountToken, false);
      });

      test("is in one namespace, without a secret", () => {
        for (const { kind, metadata } of objects) assert.equal(metadata.namespace, "doorcode", kind);
        assert.deepEqual(all(objects, "Secret"), []);
      });

      test("has a server file that doorcode tenant serve accepts", async () => {
        const server = await readServerText(serverFileIn(objects));
        assert.equal("postgres" in server.store && server.store.postgres, SECRETS["store-url"]);
        assert.equal(server.mail.password, SECRETS["smtp-password"]);
        assert.deepEqual(server.warnings, []);
      });
    });
  }

  test("installs what deploy/kubernetes installs", async () => {
    const fromChart = await render(...minimum, ...set("ingress.enabled", true));
    const stdout = await mustRun(program!.kubectl, ["kustomize", join(root, "deploy/kubernetes")]);
    const fromKustomize = objectsIn(stdout);
    // A chart does not create its namespace, and its pods have an account of their own.
    const kinds = (objects: Manifest[], except: string) =>
      objects.map(({ kind }) => kind).filter((kind) => kind !== except);
    assert.deepEqual(kinds(fromChart, "ServiceAccount").sort(), kinds(fromKustomize, "Namespace").sort());
    for (const kind of kinds(fromKustomize, "Namespace"))
      assert.deepEqual(essence(only(fromChart, kind)), essence(only(fromKustomize, kind)), kind);
  });

  test("takes the parts that are switched on, with their values", async () => {
    const objects = await render(...full);
    const server = await readServerText(serverFileIn(objects));
    assert.match(server.tls?.certFile ?? "", /\/run\/tls\/tls\.crt$/);
    assert.equal(server.limits.deviceCodesByNetwork, 1_000_000);
    assert.equal(server.mail.from, "Contoso: sign-in <no-reply@contoso.example>");
    const { spec } = only(objects, "Deployment").spec.template;
    assert.equal(spec.terminationGracePeriodSeconds, 95);
    assert.equal(spec.serviceAccountName, "sign-in");
    assert.match(spec.containers[0].image, /^registry\.contoso\.example\/doorcode:0\.1\.0@sha256:9f86/);
    const rules = only(objects, "PrometheusRule").spec;
    assert.deepEqual(rules, parse(await readFile(join(root, "deploy/monitoring/doorcode-alerts.yaml"), "utf8")));
    // The alert rules expect this job.
    assert.equal(only(objects, "ServiceMonitor").spec.jobLabel, "app.kubernetes.io/name");
    for (const { metadata } of all(objects, "Service"))
      assert.equal(metadata.labels?.["app.kubernetes.io/name"], "doorcode");
    const alone = await render(...minimum, ...set("replicas", 1));
    assert.deepEqual(all(alone, "PodDisruptionBudget"), []);
  });

  test("starts new pods when the server file changes", async () => {
    const checksums = await Promise.all(
      ["10s", "10s", "20s"].map(async (drain) => {
        const objects = await render(...minimum, ...set("server.drain", drain));
        return only(objects, "Deployment").spec.template.metadata.annotations["checksum/config"];
      }),
    );
    assert.equal(checksums[0], checksums[1]);
    assert.notEqual(checksums[0], checksums[2]);
  });

  test("two releases in one namespace do not select each other's pods", async () => {
    const { stdout } = await helm("template", "second", chart, "--namespace", "doorcode", ...minimum);
    const [first, second] = [await render(...minimum), objectsIn(stdout)];
    const names = (objects: Manifest[]) => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.deepEqual(
      names(first).filter((name) => names(second).includes(name)),
      [],
    );
    const selector = (objects: Manifest[]) => only(objects, "Service").spec.selector;
    assert.ok(!isDeepStrictEqual(selector(first), selector(second)));
  });

  const refused: Record<string, [values: string[], ...messages: RegExp[]]> = {
    "no value": [
      [],
      /server: publicUrl is required/,
      /mail: host is required/,
      /mail: from is required/,
      /image: repository is req/,
    ],
    "a password": [
      [...minimum, ...set("server.mail.password", "wattle")],
      /server\.mail: Additional property password is not allowed/,
    ],
    "a misspelled value": [[...minimum, ...set("replica", 3)], /Additional property replica is not allowed/],
    "a wrong type": [[...minimum, ...set("replicas", "two")], /replicas: Invalid type\. Expected: integer, given: str/],
    "an address without https": [
      [...minimum, ...set("server.publicUrl", "http://login.contoso.example")],
      /server\.publicUrl: Does not match pattern '\^https:/,
    ],
    "a SQLite file": [
      [...minimum, ...set("server.store", { sqlite: "tenant.db", postgres: null })],
      /server\.store: postgres is required/,
      /server\.store: Additional property sqlite is not allowed/,
    ],
    "pods without a common seal key": [
      [...minimum, ...set("server.sealKeyFile", null)],
      /server: sealKeyFile is required/,
    ],
    "a file that is not mounted": [
      [...minimum, ...set("server.store.postgres.urlFile", "/etc/store-url")],
      /server\.store\.postgres\.urlFile: Does not match pattern '\^\/run\/secrets\/doorcode/,
    ],
    "neither a proxy nor a certificate": [
      [...minimum, ...set("server.trustedProxies", [])],
      /TLS has to end somewhere\. Set server\.trustedProxies .* or tls\.existingSecret/,
    ],
    "a budget that blocks every drain": [
      [...minimum, ...set("podDisruptionBudget.minAvailable", 2)],
      /Set podDisruptionBudget\.minAvailable below replicas/,
    ],
  };
  for (const [title, [values, ...messages]] of Object.entries(refused)) {
    test(`refuses ${title}`, async () => {
      const { exit, stderr } = await template(chart, ...values);
      assert.equal(exit, 1);
      // Their order varies.
      for (const message of messages) assert.match(stderr, message);
    });
  }

  test("says after the installation what to do next", async () => {
    // Helm prints the notes only with a cluster. This object has the same text.
    const copy = await copyOf("values.yaml", (text) => text);
    await cp(join(chart, "templates/NOTES.txt"), join(copy, "files/notes.txt"));
    const object = '{ apiVersion: v1, kind: Notes, notes: {{ tpl (.Files.Get "files/notes.txt") . | quote }} }';
    await writeFile(join(copy, "templates/notes.yaml"), object);
    const { stdout } = await template(copy, ...minimum);
    const { notes } = only(objectsIn(stdout), "Notes");
    assert.match(notes, /the Secret doorcode has seal-key, store-url and smtp-password/);
    assert.match(notes, /exec deploy\/doorcode -- doorcode tenant users add \S+ --administrator/);
    assert.match(notes, /requests for login\.contoso\.example to port 80 of the service doorcode\./);
    assert.doesNotMatch(notes, /\{\{|<no value>|WARNING/);
  });

  const faults: Record<string, [file: string, from: string, to: string, found: RegExp]> = {
    "a template that does not end": ["deployment.yaml", "{{- end }}", "", /unexpected EOF/],
    "an unknown helper": ["service.yaml", "doorcode.labels", "doorcode.label", /no template "doorcode\.label"/],
    "a wrong indentation": ["service.yaml", "nindent 4", "nindent 1", /YAML parse error|schema|selector/],
    "a misspelled member": ["deployment.yaml", "livenessProbe:", "livenessProb:", /livenessProb/],
    "a wrong port": ["service.yaml", "targetPort: tenant", "targetPort: https", /Service doorcode: https/],
    "a missing volume": ["deployment.yaml", "- name: temp\n", "- name: tmp\n", /volume temp/],
    "a container with capabilities": ["deployment.yaml", "drop: [ALL]", "drop: []", /tenant: capabilities/],
  };
  for (const [title, [file, from, to, found]] of Object.entries(faults)) {
    test(`these checks find ${title}`, async () => {
      const copy = await copyOf(`templates/${file}`, (text) => {
        assert.ok(text.includes(from));
        return text.replace(from, to);
      });
      const { exit, stdout, stderr } = await template(copy, ...minimum);
      assert.match(exit === 0 ? (await problemsOf(objectsIn(stdout))).join("\n") : stderr, found);
    });
  }
});

/** What the checks of every rendering report. */
async function problemsOf(objects: Manifest[]): Promise<string[]> {
  const invalid = await Promise.all(objects.map(invalidValues));
  const open = beyondRestricted(only(objects, "Deployment").spec.template.spec);
  return [...invalid.flat(), ...(await unknownMembers(objects)), ...inconsistencies(objects), ...open];
}

/** An object without what only Helm or only kustomize adds, and without defaults of Kubernetes. */
function essence(object: Manifest): unknown {
  const { metadata, ...rest } = JSON.parse(
    JSON.stringify(object, (name, value) => {
      if (name === "app.kubernetes.io/instance" || name === "serviceAccountName") return undefined;
      if (value === "IfNotPresent" || value === "ClusterIP") return undefined;
      // kustomize adds a hash to the name, Helm a checksum to the pods.
      if (typeof value === "string") return value.replace(/^doorcode-config(-\w+)?$/, "doorcode-config");
      return value;
    }),
  ) as Manifest;
  if (rest.data) return Object.values(rest.data).map((text) => parse(text as string));
  delete rest.spec.template?.metadata.annotations;
  return { ...rest, name: metadata.name, annotations: metadata.annotations };
}
