import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { areNames, targetAt } from "../../src/local-target.ts";
import { type LocalTenant, localTenants } from "../../src/local-tenants.ts";
import { doorcode } from "../cli-process.ts";
import { command, startProcess, unprivileged } from "./tenant-process.ts";

const EMAIL = "ada@contoso.example";

/** A folder for the state of one user, with tenants and programs in it. */
async function user(t: TestContext) {
  const folder = await scratch(t);
  const env = { DOORCODE_STORE_DIR: join(folder, "state"), HOME: folder };
  return {
    env,
    tenants: join(folder, "state", "tenants"),
    start: (name = "tenant", ...args: string[]) => startProcess(t, join(folder, name), args, env),
    data: (name = "tenant") => join(folder, name),
    /** Runs `doorcode login`. A code is approved if there is a tenant in `data`. */
    async login(args: string[], data?: string) {
      const running = doorcode(["login", "--json", ...args], { env });
      if (data !== undefined) {
        running.child.stdout?.once("data", async (line: string) => {
          const { user_code } = JSON.parse(line.split("\n")[0] ?? "{}");
          if (user_code) await command(["approve", user_code, "--as", EMAIL, "--data", data]);
        });
      }
      const { exit, stdout, stderr } = await running.ended;
      const events = stdout
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      return { exit, stderr, events, last: events.at(-1) };
    },
  };
}

describe("doorcode login alone", () => {
  test("signs in at the one tenant that runs here, with everything that its app may use", async (t) => {
    const { login, start, data, env } = await user(t);
    const { ready, stop } = await start();
    assert.equal((await command(["users", "add", EMAIL, "--data", data()])).exit, 0);
    const { exit, last, stderr } = await login([], data());
    assert.equal(exit, 0, stderr);
    assert.equal(last.account.username, EMAIL);
    assert.equal(last.account.authority, ready.authority);
    const status = JSON.parse((await doorcode(["status", "--json"], { env }).ended).stdout);
    const api = `api://${ready.apis[0]?.client_id}`;
    assert.deepEqual(status.scopes, [`${api}/ToDoList.Read`, `${api}/ToDoList.ReadWrite`]);

    // The profile works after a restart, with the CA that was kept, also on another port.
    await stop("SIGTERM");
    const again = await start();
    assert.notEqual(again.ready.authority, ready.authority);
    const second = await login([], data());
    assert.equal(second.exit, 0, second.stderr);
    assert.equal(second.last.account.authority, again.ready.authority);
  });

  test("takes the tenant's host, an app's name and the short name of a scope", async (t) => {
    const { login, start, data } = await user(t);
    const [one] = [await start(), await start("other")];
    assert.equal((await command(["users", "add", EMAIL, "--data", data()])).exit, 0);
    const { host } = new URL(one.ready.authority);
    const args = ["--authority", host, "--client-id", "CIAM-client-app", "--scope", "ToDoList.Read"];
    const { exit, last, stderr } = await login(args, data());
    assert.equal(exit, 0, stderr);
    assert.deepEqual(last.account.client_id, one.ready.apps[0]?.client_id);
  });

  test("lists the tenants if several run, with the words that choose one", async (t) => {
    const { login, start } = await user(t);
    const tenants = [await start(), await start("other")];
    const { exit, stderr } = await login([]);
    assert.equal(exit, 2);
    assert.match(stderr, /^doorcode: More than one tenant runs on this computer\.\nChoose one:\n/);
    for (const { ready } of tenants) {
      assert.match(
        stderr,
        new RegExp(`^ {2}doorcode login --authority ${new URL(ready.authority).host} +# ciam-`, "m"),
      );
    }
  });

  test("suggests the name that was meant", async (t) => {
    const { login, start } = await user(t);
    await start();
    const app = await login(["--client-id", "ciam-client-ap"]);
    assert.deepEqual([app.exit, app.last.hint], [2, "Did you mean: doorcode login --client-id ciam-client-app"]);
    const scope = await login(["--scope", "ToDoList.Raed"]);
    assert.deepEqual([scope.exit, scope.last.hint], [2, "Did you mean: --scope ToDoList.Read"]);
  });

  test("without a tenant says how to start one", async (t) => {
    const { login, start } = await user(t);
    const { stop } = await start();
    await stop("SIGKILL");
    const { exit, stderr } = await login([]);
    assert.equal(exit, 2);
    assert.match(stderr, /Missing the issuer to sign in to\.[\s\S]*doorcode tenant start/);
  });
});

describe("the entry of a running tenant", () => {
  test("exists while the tenant runs, for its user alone; a killed one's is removed by the next reader", async (t) => {
    const { start, tenants, env } = await user(t);
    const { ready, child, stop } = await start();
    const file = join(tenants, `${child.pid}.json`);
    const ca = join(tenants, `${ready.tenant_id}.pem`);
    assert.equal(await readFile(ca, "utf8"), await readFile(ready.ca_file, "utf8"));
    for (const [path, mode] of [
      [tenants, 0o700],
      [file, 0o600],
      [ca, 0o600],
    ] as const) {
      assert.equal((await stat(path)).mode & 0o777, mode, path);
    }
    const [entry, ...others] = await localTenants(env);
    assert.deepEqual([entry?.authority, entry?.pid, others], [ready.authority, child.pid, []]);
    await stop("SIGTERM");
    assert.deepEqual(await readdir(tenants), [`${ready.tenant_id}.pem`]);

    const killed = await start();
    await killed.stop("SIGKILL");
    assert.equal((await readdir(tenants)).length, 2);
    assert.deepEqual(await localTenants(env), []);
    assert.deepEqual(await readdir(tenants), [`${ready.tenant_id}.pem`]);
  });

  test("counts only if this user alone could write it, and names this machine and the tenant that answers", async (t) => {
    const { start, tenants, env } = await user(t);
    const { ready, child } = await start();
    const file = join(tenants, `${child.pid}.json`);
    const ca = join(tenants, `${ready.tenant_id}.pem`);
    const [text, pem] = [await readFile(file, "utf8"), await readFile(ca, "utf8")];
    const changed = (changes: object) => () => writeFile(file, JSON.stringify({ ...JSON.parse(text), ...changes }));
    const elsewhere = ready.authority.replace("localhost", "login.contoso.example");
    const another = ready.authority.replace(ready.tenant_id, "11111111-2222-4333-8444-555555555555");
    const rows: Record<string, () => Promise<unknown>> = {
      "other users can read it": () => chmod(file, 0o640),
      "other users can write the folder": () => chmod(tenants, 0o770),
      "the CA can be written by others": () => chmod(ca, 0o666),
      "the CA is another one": () => writeFile(ca, pem.replace(/\n.{10}/, "\nAAAAAAAAAA")),
      "it is a link": async () => {
        await rename(file, join(tenants, "elsewhere"));
        await symlink("elsewhere", file);
      },
      "it is no JSON": () => writeFile(file, text.slice(0, 40)),
      "it is empty": () => writeFile(file, ""),
      "it is huge": () => writeFile(file, `${text}${" ".repeat(5_000_000)}`),
      "it names another machine": changed({ authority: elsewhere }),
      "it hides a machine behind a password": changed({
        authority: `https://localhost:1@login.contoso.example/${ready.tenant_id}`,
      }),
      "it uses http": changed({ authority: ready.authority.replace("https", "http") }),
      "it leads out of the folder": changed({
        authority: `${new URL(ready.authority).origin}/../../${ready.tenant_id}`,
      }),
      "another tenant answers there": changed({ authority: another }),
      "it names another process": changed({ pid: 1 }),
      "an app has no name": changed({ apps: [{ client_id: "a", scopes: [] }] }),
      "a later version wrote it": changed({ v: 2 }),
      ...(unprivileged !== undefined && {
        "another user owns it": () => chown(file, unprivileged as number, 0),
        "another user owns the folder": () => chown(tenants, unprivileged as number, 0),
      }),
    };
    for (const [what, tamper] of Object.entries(rows)) {
      await tamper();
      assert.deepEqual(await localTenants(env), [], what);
      await rm(tenants, { recursive: true });
      await mkdir(tenants, { mode: 0o700 });
      await writeFile(file, text, { mode: 0o600 });
      await writeFile(ca, pem, { mode: 0o600 });
      assert.equal((await localTenants(env)).length, 1, `restored after: ${what}`);
    }
  });

  test("that cannot be written does not keep the tenant from starting", async (t) => {
    const folder = await scratch(t);
    await writeFile(join(folder, "state"), "a file");
    const env = { DOORCODE_STORE_DIR: join(folder, "state") };
    const args = ["start", "--data", join(folder, "tenant"), "--port", "0", "--pages-port", "0"];
    const { stderr } = await command(args, { env, until: /Ctrl-C stops/ });
    const scopes = String.raw`'api://\S+/ToDoList.Read api://\S+/ToDoList.ReadWrite'`;
    assert.match(
      stderr,
      new RegExp(`Sign in: doorcode login --authority https:\\S+ --client-id \\S+ --scope ${scopes} --ca-file \\S+\n`),
    );
  });

  test("of a tenant without an app leads to no command that would fail", async (t) => {
    const { env, data } = await user(t);
    const file = join(env.HOME, "contoso.yaml");
    await writeFile(file, "tenant:\n  name: Contoso\n");
    const args = ["start", "--file", file, "--data", data(), "--port", "0", "--pages-port", "0"];
    const { stderr } = await command(args, { env, until: /Ctrl-C stops/ });
    assert.match(
      stderr,
      /\nIt has no app yet\. Describe one in a file, and start: doorcode tenant start --file FILE\n/,
    );
    assert.doesNotMatch(stderr, /doorcode login/);
  });
});

describe("the names of a tenant on this machine", () => {
  const app = (name: string, client_id: string, scopes: string[] = []) => ({ name, client_id, scopes });
  const tenant: LocalTenant = {
    ...{
      pid: 1,
      authority: "https://localhost:8443/9d3c8a55-1111-4222-8333-444455556666",
      caFile: "ca.pem",
      pages: null,
    },
    apps: [app("tv", "11111111-2222-4333-8444-555555555555"), app("printer", "21111111-2222-4333-8444-555555555555")],
    apis: [app("todo", "a1", ["Read", "Write"]), app("photos", "a2", ["Read"])],
  };
  const resolve = (clientId: string | undefined, ...scopes: string[]) => targetAt(tenant, { clientId, scopes });

  test("are resolved without case, and what is qualified stays", () => {
    assert.deepEqual(resolve("TV", "write", "photos/Read", "openid", "api://a1/Read").scopes, [
      ...["api://a1/Write", "api://a2/Read", "openid", "api://a1/Read"],
    ]);
    assert.equal(resolve("31111111-2222-4333-8444-555555555555").clientId, "31111111-2222-4333-8444-555555555555");
    assert.equal(areNames(tenant.apps[0]!.client_id, ["openid", "api://a1/Read"]), false);
  });

  test("that are unknown are repeated only if they are plain: a secret may be in the place of an ID", () => {
    const secret = "kX8Q~aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z";
    assert.throws(() => resolve("toaster"), { message: 'The tenant has no app named "toaster".' });
    assert.throws(() => resolve(secret), { message: "The tenant has no app of that name." });
    assert.throws(() => resolve("tv", "Delete"), { message: 'No API of the tenant has a scope named "Delete".' });
    assert.throws(() => resolve("tv", secret), { message: "No API of the tenant has a scope of that name." });
  });

  test("that are unknown or ambiguous are errors with the choices", () => {
    const fails = (act: () => unknown, hint: RegExp) =>
      assert.throws(act, (error: Error & { hint: string }) => hint.test(error.hint));
    fails(() => resolve(undefined), /--client-id tv\n {2}doorcode login --client-id printer$/);
    fails(() => resolve("tv", "Read"), /--scope todo\/Read\n {2}--scope photos\/Read$/);
    fails(() => resolve("tv", "Delete-everything"), /^Its scopes: Read, Write, Read$/);
    fails(() => resolve("toaster"), /^Choose one:/);
    const twins = { ...tenant, apps: [app("tv", "1"), app("TV", "2")] };
    fails(() => targetAt(twins, { clientId: "tv", scopes: [] }), /--client-id 1\n {2}doorcode login --client-id 2$/);
  });
});
