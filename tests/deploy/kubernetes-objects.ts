// Checks of rendered Kubernetes objects, for deploy/kubernetes and deploy/helm.
import assert from "node:assert/strict";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, parseAllDocuments } from "yaml";
import { root } from "../packaging/pack.ts";
import { runCommand } from "../packaging/run-command.ts";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: object };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it expects.
  [member: string]: any;
}

/** `apps/v1` and `Deployment` → the module with the class of that kind. */
const moduleOf = ({ apiVersion, kind }: Manifest) => {
  const isOperators = apiVersion.startsWith("monitoring.coreos.com/");
  return `${isOperators ? "@kubernetes-models/prometheus-operator" : "kubernetes-models"}/${apiVersion}/${kind}`;
};

/** What the schemas of Kubernetes say: a wrong value, a missing member. */
export async function invalidValues(manifest: Manifest): Promise<string[]> {
  const { [manifest.kind]: Kind } = await import(moduleOf(manifest));
  try {
    new Kind(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind}: ${(error as Error).message}`];
  }
}

/** What the types of Kubernetes say. The schemas allow unknown members, and so hide a misspelled one. */
export async function unknownMembers(manifests: readonly Manifest[]): Promise<string[]> {
  const scratch = await mkdtemp(join(tmpdir(), "doorcode-kubernetes-"));
  try {
    await symlink(join(root, "node_modules"), join(scratch, "node_modules"));
    await writeFile(join(scratch, "package.json"), JSON.stringify({ type: "module" }));
    const statements = manifests.map((manifest, at) => {
      const type = `import("${moduleOf(manifest)}").I${manifest.kind}`;
      return `export const manifest${at}: ${type} = ${JSON.stringify(manifest)};`;
    });
    await writeFile(join(scratch, "manifests.ts"), statements.join("\n"));
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2023"];
    const tsc = [join(root, "node_modules/typescript/bin/tsc"), ...options, "manifests.ts"];
    const { stdout } = await runCommand(process.execPath, tsc, { cwd: scratch });
    return stdout.split("\n").filter((line) => line.includes("error"));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** The rules of the profile "restricted" (Pod Security Standards) that apply to a pod of this project. */
export function beyondRestricted({ securityContext: pod, volumes, containers, ...spec }: Manifest["spec"]): string[] {
  const problems: string[] = [];
  const need = (holds: boolean, problem: string) => void (holds || problems.push(problem));
  need(pod?.runAsNonRoot === true, "runAsNonRoot");
  need(pod?.runAsUser !== 0, "runAsUser");
  need(["RuntimeDefault", "Localhost"].includes(pod?.seccompProfile?.type), "seccompProfile");
  for (const host of ["hostNetwork", "hostPID", "hostIPC"]) need(!spec[host], host);
  const allowed = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  for (const { name, ...kind } of volumes)
    need(
      Object.keys(kind).every((each) => allowed.includes(each)),
      `volume ${name}`,
    );
  for (const { name, securityContext: container, ports } of containers) {
    need(container?.allowPrivilegeEscalation === false, `${name}: allowPrivilegeEscalation`);
    need(container?.privileged !== true, `${name}: privileged`);
    need(container?.capabilities?.drop?.includes("ALL") && !container.capabilities.add, `${name}: capabilities`);
    for (const { hostPort } of ports) need(hostPort === undefined, `${name}: hostPort`);
  }
  return problems;
}

/** Throws for text that is not YAML. */
export function objectsIn(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  for (const { errors } of documents) for (const error of errors) throw error;
  return documents.map((document) => document.toJS() as Manifest | null).filter((each) => each !== null);
}

export const all = (objects: readonly Manifest[], kind: string) => objects.filter((each) => each.kind === kind);

export function only(objects: readonly Manifest[], kind: string): Manifest {
  const [one, ...more] = all(objects, kind);
  assert.deepEqual(more, []);
  return one ?? assert.fail(`no ${kind}`);
}

/** The server file of the pods. */
export const serverFileIn = (objects: readonly Manifest[]): string =>
  only(objects, "ConfigMap").data["doorcode.server.yaml"];

/** Where one object, or the server file, names something of another object that this does not have. */
export function inconsistencies(objects: readonly Manifest[]): string[] {
  const problems: string[] = [];
  const need = (holds: boolean, problem: string) => void (holds || problems.push(problem));
  const { spec, metadata } = only(objects, "Deployment").spec.template;
  const [container] = spec.containers;
  const services = all(objects, "Service");
  const server = parse(serverFileIn(objects));

  const selects = (selector: Record<string, string>, labels: Record<string, string> = {}) =>
    Object.keys(selector).length > 0 && Object.entries(selector).every(([name, value]) => labels[name] === value);
  const selectors = ["Deployment", "NetworkPolicy", "PodDisruptionBudget"]
    .flatMap((kind) => all(objects, kind))
    .map(({ kind, spec }) => [kind, (spec.selector ?? spec.podSelector).matchLabels]);
  for (const { metadata, spec } of services) selectors.push([`Service ${metadata.name}`, spec.selector]);
  for (const { labelSelector } of spec.topologySpreadConstraints) selectors.push(["spread", labelSelector.matchLabels]);
  const [, own] = selectors[0]!;
  for (const [what, selector] of selectors)
    need(selects(selector, metadata.labels) && isDeepStrictEqual(selector, own), `${what}: selector`);

  const ports = new Map(
    container.ports.map(({ name, containerPort }: { name: string; containerPort: number }) => [name, containerPort]),
  );
  need(isDeepStrictEqual([...ports.values()], [server.listen.port, server.monitoring.port]), "ports of the server");
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"])
    need(container[probe]?.httpGet.port === "monitoring" && ports.has("monitoring"), probe);
  for (const { metadata, spec } of services)
    for (const { targetPort } of spec.ports) need(ports.has(targetPort), `Service ${metadata.name}: ${targetPort}`);
  for (const { spec } of all(objects, "NetworkPolicy")) {
    for (const { ports: each } of spec.ingress) for (const { port } of each) need(ports.has(port), `policy: ${port}`);
    const reached = spec.egress.flatMap((rule: Manifest) =>
      (rule.ports ?? []).map(({ port }: { port: number }) => port),
    );
    need(reached.includes(server.mail.port), "policy: the mail server");
  }
  for (const { spec } of all(objects, "Ingress")) {
    const { service } = spec.rules[0].http.paths[0].backend;
    const target = services.find(({ metadata }) => metadata.name === service.name);
    need(
      target?.spec.ports.some(({ name }: { name: string }) => name === service.port.name),
      "Ingress: service",
    );
    for (const host of [spec.rules[0].host, ...spec.tls[0].hosts])
      need(`https://${host}` === server.publicUrl, `Ingress: ${host}`);
  }
  for (const { spec } of all(objects, "ServiceMonitor")) {
    const [service, ...more] = services.filter(({ metadata }) => selects(spec.selector.matchLabels, metadata.labels));
    need(service !== undefined && more.length === 0, "ServiceMonitor: selector");
    const names = service?.spec.ports.map(({ name }: { name: string }) => name) ?? [];
    for (const { port } of spec.endpoints) need(names.includes(port), `ServiceMonitor: ${port}`);
  }

  const seconds = Number.parseInt(server.drain, 10) * (server.drain.endsWith("m") ? 60 : 1);
  need(spec.terminationGracePeriodSeconds > seconds + 10, "terminationGracePeriodSeconds");
  const mounts: { name: string; mountPath: string }[] = container.volumeMounts;
  const paths = [...serverFileIn(objects).matchAll(/(?:File|data): ([^ ,}\n]+)/g)].map(([, path]) => path!);
  need(paths.length >= 4, "paths of the server");
  for (const path of paths)
    need(
      mounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`)),
      path,
    );
  const volumes: { name: string; configMap?: { name: string } }[] = spec.volumes;
  for (const { name } of mounts)
    need(
      volumes.some((volume) => volume.name === name),
      `volume ${name}`,
    );
  for (const { configMap } of volumes)
    need(!configMap || configMap.name === only(objects, "ConfigMap").metadata.name, `${configMap?.name}`);
  for (const { metadata } of all(objects, "ServiceAccount"))
    need(metadata.name === spec.serviceAccountName, "serviceAccountName");
  return problems;
}
