// cspell:ignore prot startls
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, type TestContext, test } from "node:test";
import { jsonSchemaOf } from "@doorcode/prepare/source-file";
import { Ajv } from "ajv";
import formatsOf from "ajv-formats";
import { parse } from "yaml";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { CommandError } from "../../src/exit-codes.ts";
import { readServerFile, type ServerFile } from "../../src/tenant/server-file.ts";
import { serverSchema } from "../../src/tenant/server-schema.ts";
import { packageFolder } from "../cli-process.ts";

/** The shortest valid file. */
const SHORTEST = `\
publicUrl: https://login.contoso.example
trustedProxies: [10.0.0.5]
data: data
mail: { host: smtp.contoso.example, from: no-reply@contoso.example }
`;

const env = { STORE_URL: "postgres://doorcode:hunter2@db.contoso.example/doorcode", SMTP_PASSWORD: "hunter2" };

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await scratch(t);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
  return folder;
}

async function read(t: TestContext, text: string, files: Record<string, string> = {}): Promise<ServerFile> {
  const folder = await folderWith(t, { ...files, "doorcode.server.yaml": text });
  return readServerFile(join(folder, "doorcode.server.yaml"), "all", env);
}

/** The error of a file, and its problems as `line:column message`. */
async function refusal(t: TestContext, text: string, files: Record<string, string> = {}) {
  const folder = await folderWith(t, { ...files, "doorcode.server.yaml": text });
  const error = await readServerFile(join(folder, "doorcode.server.yaml"), "all", env).then(
    () => assert.fail("the file was accepted"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof CommandError, `threw ${error}`);
  assert.equal(error.code, "server_file_invalid");
  const problems = (error.problems ?? []) as { line: number; column: number; message: string }[];
  return { error, folder, problems: problems.map((each) => `${each.line}:${each.column} ${each.message}`) };
}

const MISTAKES = `\
publicUrl: http://login.contoso.example
listen: { host: 0.0.0.0, prot: 8443 }
tls: { certFile: fullchain.pem }
trustedProxies: [10.0.0.999]
sealKeyFile: 7
store:
  postgres: { urlFile: store-url, schema: Door-Code }
  wait: 60
mail:
  host: smtp.contoso.example
  security: startls
  user: doorcode
  passwordEnv: MISSING_PASSWORD
  from: Contoso
signUp: on
`;

describe("a server file with mistakes", () => {
  test("gives a message for each of them in one read, with line, column and a suggestion", async (t) => {
    const { error, folder, problems } = await refusal(t, MISTAKES);
    assert.deepEqual(problems, [
      "1:1 The file has no data.",
      "1:12 publicUrl must be https, with a host and nothing after it, such as https://login.contoso.example.",
      '2:26 Unknown key "prot" in a listen address: expected host or port. Did you mean port?',
      "3:1 tls has no keyFile.",
      "4:18 An item of trustedProxies must be an IP address or a CIDR range, such as 10.0.0.0/24.",
      "5:14 sealKeyFile must be text; this is a number.",
      `7:24 The file ${join(folder, "store-url")} with the database's URL does not exist.`,
      "7:43 schema must be a schema's name: lower-case letters, digits and _, at most 63.",
      "8:9 wait must be text; this is a number.",
      '11:13 security "startls" is not valid: expected tls, starttls or none. Did you mean starttls?',
      "13:16 The environment variable MISSING_PASSWORD is not set.",
      "14:9 from must be an email address, such as Contoso <no-reply@contoso.example>.",
      "15:9 signUp must be true or false; this is text. Did you mean true?",
    ]);
    assert.match(error.message, /has 13 errors; nothing was started or changed\.$/);
    assert.match(error.hint, /2 \| listen: \{ host: 0\.0\.0\.0, prot: 8443 \}\n {2}\| {26}\^/);
    assert.match(error.hint, /hint: Write it with a unit: 60s, 5m or 0s\./);
  });

  const combinations: [string, string][] = [
    [SHORTEST.replace("trustedProxies: [10.0.0.5]\n", ""), "1:1 The file has neither tls nor trustedProxies."],
    [`${SHORTEST}store: { sqlite: a.db, postgres: { urlEnv: STORE_URL } }\n`, "store has both sqlite and postgres."],
    [`${SHORTEST}store: { postgres: {} }\n`, "postgres has no urlFile and no urlEnv."],
    [`${SHORTEST}store: { postgres: { urlEnv: STORE_URL, urlFile: x } }\n`, "postgres has both urlFile and urlEnv."],
    [
      `${SHORTEST}store: { postgres: { urlEnv: STORE_URL, directUrlEnv: STORE_URL, directUrlFile: x } }\n`,
      "postgres has both directUrlFile and directUrlEnv.",
    ],
    [SHORTEST.replace(" }\n", ", user: u }\n"), "mail has a user, but neither passwordFile nor passwordEnv."],
    [SHORTEST.replace(" }\n", ", passwordEnv: SMTP_PASSWORD }\n"), "mail has a password, but no user."],
    [
      SHORTEST.replace(" }\n", ", security: none, user: u, passwordEnv: SMTP_PASSWORD }\n"),
      "The mail password would be sent unencrypted.",
    ],
    [`${SHORTEST}limits: { interactions: 0 }\n`, "interactions must be a whole number from 1 to 1000000000."],
    [SHORTEST.replace("10.0.0.5", "0.0.0.0/0"), "must not be every address of the internet."],
    ["", "The file is empty."],
    ["publicUrl: [\n", "A bracket or brace that was opened above is not closed."],
  ];
  for (const [text, expected] of combinations) {
    test(`says: ${expected}`, async (t) => {
      const { problems } = await refusal(t, text);
      assert.ok(
        problems.some((each) => each.includes(expected)),
        problems.join("\n"),
      );
    });
  }
});

describe("secrets", () => {
  const inPlace: [what: string, text: string][] = [
    ["a password", SHORTEST.replace(" }\n", ", user: u, password: hunter2 }\n")],
    ["a database's URL", `${SHORTEST}store: { postgres: "postgres://doorcode:hunter2@db/doorcode" }\n`],
    [
      "a database's URL in place of its file",
      `${SHORTEST}store: { postgres: { urlFile: "postgres://doorcode:hunter2@db/doorcode" } }\n`,
    ],
    [
      "a database's direct URL in place of its file",
      `${SHORTEST}store: { postgres: { urlEnv: STORE_URL, directUrlFile: "postgres://doorcode:hunter2@db/doorcode" } }\n`,
    ],
    [
      "a database's URL under an unknown key",
      `${SHORTEST}store: { postgres: { url: "postgres://db/?password=hunter2" } }\n`,
    ],
    ["the name of a variable", SHORTEST.replace(" }\n", ', user: u, passwordEnv: "hunter2!" }\n')],
    ["a number", SHORTEST.replace(" }\n", ", user: u, password: 4242424242 }\n")],
    ["a mail server's URL", SHORTEST.replace(/mail: .*/, 'mail: "smtps://doorcode:hunter2@smtp"')],
    [
      "a password before the mail server's host",
      SHORTEST.replace(/mail: .*/, 'mail: { host: "user:hunter2@smtp", from: a, nmae: x }'),
    ],
    ["a private key", `${SHORTEST}tls: { certFile: a, keyFile: "-----BEGIN PRIVATE KEY-----hunter2" }\n`],
  ];
  for (const [what, text] of inPlace) {
    test(`are refused in the file itself and not repeated: ${what}`, async (t) => {
      const { error } = await refusal(t, text);
      assert.doesNotMatch(error.message + error.hint + JSON.stringify(error.problems), /hunter2|4242424242/);
    });
  }

  test("come from files, without the newline at the end, or from variables", async (t) => {
    const text = `${SHORTEST.replace(" }\n", ", user: doorcode, passwordFile: smtp-password }\n")}store: { postgres: { urlEnv: STORE_URL, schema: doorcode } }\n`;
    const { mail, store } = await read(t, text, { "smtp-password": " pass word \n" });
    assert.equal(mail.password, " pass word ");
    assert.deepEqual(store, { postgres: env.STORE_URL, schema: "doorcode" });
  });

  test("have the database's URL without the pooler, from a file or a variable", async (t) => {
    const direct = "postgres://doorcode:secret@db.contoso.example/doorcode";
    const file = `${SHORTEST}store: { postgres: { urlEnv: STORE_URL, directUrlFile: direct } }\n`;
    assert.deepEqual((await read(t, file, { direct: `${direct}\n` })).store, { postgres: env.STORE_URL, direct });
    const variable = `${SHORTEST}store: { postgres: { urlEnv: STORE_URL, directUrlEnv: STORE_URL } }\n`;
    assert.deepEqual((await read(t, variable)).store, { postgres: env.STORE_URL, direct: env.STORE_URL });
  });

  test("in an empty file or a file that is no URL are errors that do not repeat it", async (t) => {
    const text = `${SHORTEST.replace(" }\n", ", user: doorcode, passwordFile: smtp-password }\n")}store: { postgres: { urlFile: store-url } }\n`;
    const { error, folder, problems } = await refusal(t, text, { "smtp-password": "\n", "store-url": "hunter2\n" });
    assert.deepEqual(problems, [
      `4:99 The file ${join(folder, "smtp-password")} is empty.`,
      `5:31 The file ${join(folder, "store-url")} holds no PostgreSQL URL.`,
    ]);
    assert.doesNotMatch(error.hint, /hunter2/);
  });

  test("in a file that every user can read are a warning", async (t) => {
    const folder = await folderWith(t, {
      "smtp-password": "hunter2",
      "doorcode.server.yaml": SHORTEST.replace(" }\n", ", user: doorcode, passwordFile: smtp-password }\n"),
    });
    await chmod(join(folder, "smtp-password"), 0o644);
    const { warnings } = await readServerFile(join(folder, "doorcode.server.yaml"), "all", env);
    const file = join(folder, "smtp-password");
    assert.deepEqual(warnings, [
      { message: `Every user of this machine can read ${file}.`, hint: `Run: chmod o-r ${file}` },
    ]);
  });

  test("that a command does not need are not read", async (t) => {
    const text = SHORTEST.replace(" }\n", ", user: doorcode, passwordFile: missing }\n");
    const folder = await folderWith(t, { "doorcode.server.yaml": text });
    const { data } = await readServerFile(join(folder, "doorcode.server.yaml"), "store", env);
    assert.equal(data, join(folder, "data"));
  });
});

describe("a valid server file", () => {
  test("has its defaults, and paths relative to it", async (t) => {
    const server = await read(t, SHORTEST);
    const data = join(server.file, "../data");
    assert.deepEqual(server, {
      file: server.file,
      publicUrl: "https://login.contoso.example",
      listen: { host: "127.0.0.1", port: 8443 },
      tls: undefined,
      trustedProxies: ["10.0.0.5"],
      data,
      sealKeyFile: undefined,
      store: { sqlite: join(data, "tenant.db") },
      storeWaitMs: 60_000,
      mail: {
        host: "smtp.contoso.example",
        port: 587,
        security: "starttls",
        allowCleartext: false,
        from: "no-reply@contoso.example",
      },
      signUp: true,
      limits: {},
      monitoring: undefined,
      drainMs: 5_000,
      logLevel: "info",
      warnings: [],
    });
  });

  test("that cannot be read is named", async () => {
    await assert.rejects(readServerFile("/nowhere/doorcode.server.yaml"), {
      code: "usage",
      message: "The server file /nowhere/doorcode.server.yaml does not exist.",
    });
  });
});

test("the JSON Schema of the tenant file is prepare's, for editors in a project that has only this package", () => {
  const [ours, theirs] = ["schema/tenant.schema.json", "../prepare/tenant.schema.json"].map((path) =>
    JSON.parse(readFileSync(join(packageFolder, path), "utf8")),
  );
  assert.deepEqual(ours, theirs);
});

describe("the JSON Schema of the server file", () => {
  const addFormats = formatsOf as unknown as (ajv: Ajv) => Ajv;
  let valid: ReturnType<Ajv["compile"]>;
  before(() => {
    const ajv = addFormats(new Ajv({ allErrors: true, allowUnionTypes: true, strict: true, strictTypes: false }));
    valid = ajv.compile(jsonSchemaOf(serverSchema));
  });

  test("matches the committed file, which `npm run schema` writes", () => {
    const committed = readFileSync(join(packageFolder, "schema/server.schema.json"), "utf8");
    assert.deepEqual(JSON.parse(committed), JSON.parse(JSON.stringify(jsonSchemaOf(serverSchema))));
  });

  test("accepts the shortest file, and the example of the reference", () => {
    const page = readFileSync(join(packageFolder, "../../docs/reference/server-file.md"), "utf8");
    const [, example = ""] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    for (const text of [SHORTEST, example]) assert.ok(valid(parse(text)), JSON.stringify(valid.errors));
  });

  for (const text of ["data: data", `${SHORTEST}prot: 1`, SHORTEST.replace(" }\n", ", security: startls }\n")]) {
    test(`an editor marks the errors that reading reports: ${text.trim().split("\n").at(-1)}`, () => {
      assert.equal(valid(parse(text)), false);
    });
  }
});
