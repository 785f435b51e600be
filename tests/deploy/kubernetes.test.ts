// deploy/kubernetes as kubectl renders it, checked against the types and schemas of Kubernetes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { kubectl } from "../../tools/kubernetes.mjs";
import { root } from "../packaging/pack.ts";
import { runCommand } from "../packaging/run-command.ts";
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

const folder = join(root, "deploy/kubernetes");
const { program, without } = ifBrought(kubectl);

describe("deploy/kubernetes", { skip: without }, () => {
  let manifests: Manifest[];
  const pod = () => only(manifests, "Deployment").spec.template;
  const container = () => pod().spec.containers[0];

  before(async () => {
    const { exit, stdout, stderr } = await runCommand(program!, ["kustomize", folder]);
    assert.equal(exit, 0, stderr);
    manifests = objectsIn(stdout);
  });

  test("has the expected objects, in their own namespace", () => {
    const kinds = manifests.map(({ kind }) => kind).sort();
    const expected = [
      "ConfigMap",
      "Deployment",
      "Ingress",
      "Namespace",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
    ];
    assert.deepEqual(kinds, expected);
    for (const { kind, metadata } of manifests) {
      if (kind !== "Namespace") assert.equal(metadata.namespace, only(manifests, "Namespace").metadata.name, kind);
    }
  });

  test("is valid by the schemas of Kubernetes", async () => {
    for (const manifest of manifests) assert.deepEqual(await invalidValues(manifest), []);
    const wrong = structuredClone(only(manifests, "Deployment"));
    wrong.spec.replicas = "two";
    assert.match((await invalidValues(wrong)).join(), /replicas/);
  });

  test("has no member that Kubernetes does not know", async () => {
    assert.deepEqual(await unknownMembers(manifests), []);
    const wrong = structuredClone(only(manifests, "Deployment"));
    wrong.spec.template.spec.containers[0].livenessProb = {};
    assert.match((await unknownMembers([wrong])).join(), /livenessProb/);
  });

  test("asks for no more than the profile that its namespace enforces", () => {
    assert.equal(only(manifests, "Namespace").metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    assert.deepEqual(beyondRestricted(pod().spec), []);
    assert.equal(container().securityContext.readOnlyRootFilesystem, true);
    assert.equal(pod().spec.automountServiceAccountToken, false);
    const open = structuredClone(pod().spec);
    open.securityContext = {};
    open.hostNetwork = true;
    open.containers[0].securityContext = { privileged: true };
    open.volumes.push({ name: "host", hostPath: { path: "/" } });
    assert.equal(beyondRestricted(open).length, 7);
  });

  test("names only ports, objects and folders that exist, and gives a pod the time to drain", () => {
    assert.deepEqual(inconsistencies(manifests), []);
    const wrong = structuredClone(manifests);
    only(wrong, "Service").spec.selector = { app: "doorcode" };
    only(wrong, "Service").spec.ports[0].targetPort = "https";
    only(wrong, "Ingress").spec.rules[0].host = "login.fabrikam.example";
    only(wrong, "Deployment").spec.template.spec.terminationGracePeriodSeconds = 20;
    only(wrong, "Deployment").spec.template.spec.containers[0].volumeMounts.splice(1, 1);
    assert.deepEqual(inconsistencies(wrong), [
      "Service doorcode: selector",
      "Service doorcode: https",
      "Ingress: login.fabrikam.example",
      "terminationGracePeriodSeconds",
      "/run/secrets/doorcode/seal-key",
      "/run/secrets/doorcode/store-url",
      "/run/secrets/doorcode/smtp-password",
    ]);
  });

  test("has the shipped server file, and no secret", async () => {
    assert.equal(serverFileIn(manifests), await readFile(join(folder, "doorcode.server.yaml"), "utf8"));
    assert.deepEqual(all(manifests, "Secret"), []);
  });
});
