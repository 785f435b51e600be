// Follows the guide like a reader, in an empty folder with the packed packages.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../fixtures/free-port.ts";
import { pathWith } from "../packaging/installed-command.ts";
import { root } from "../packaging/pack.ts";
import { newest, type Packed } from "../packaging/packed.ts";
import { type Ended, plainEnvironment, type Running, startCommand } from "../packaging/run-command.ts";
import { type Block, commandsOf } from "./chapters.ts";

const codeShown = /\b([BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4})\b/;

export interface Reader {
  /** Runs one block; throws if it fails. */
  follow(block: Block): Promise<void>;
  /** Ends the processes in the background. */
  stop(): Promise<void>;
}

export async function readerOf(packed: Packed, project: string): Promise<Reader> {
  const home = join(packed.scratch, "reader");
  await mkdir(home);
  const path = `${await pathWith(newest, packed.scratch)}:${process.env.PATH}`;
  const env: NodeJS.ProcessEnv = plainEnvironment({
    HOME: home,
    PATH: path,
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
  });
  /** A value in the guide → its value here. */
  const values = new Map<string, string>([["http://127.0.0.1:8600", `http://127.0.0.1:${await freePort()}`]]);
  const background: Running[] = [];
  let folder = project;
  let waiting: Running | undefined;
  let code = "";

  const here = (text: string) => [...values].reduce((known, [from, to]) => known.replaceAll(from, to), text);
  const start = (command: string) =>
    // A separate process group, so that its children end with it.
    startCommand("/bin/sh", ["-c", command], { cwd: folder, env, detached: true });

  async function run(command: string, ...allowed: number[]): Promise<Ended> {
    const ended = await start(here(command)).ended;
    assert.ok(
      [0, ...allowed].includes(ended.exit ?? -1),
      `${command} ended by ${ended.exit}:\n${ended.stdout}${ended.stderr}`,
    );
    return ended;
  }

  async function command(line: string): Promise<void> {
    if (line.startsWith("cd ")) {
      folder = join(folder, line.slice(3));
      return;
    }
    // The packages are already there, as npm would install them; nothing here uses a registry.
    if (line.startsWith("npm install")) return;
    await run(line);
  }

  async function inBackground(line: string): Promise<void> {
    const tenant = line.includes("tenant start");
    const running = start(here(tenant ? `${line} --port 0` : line));
    background.push(running);
    if (!tenant) {
      await running.says(/answers at/);
      return;
    }
    await running.says(/Ctrl-C stops/, "stderr");
    const [said] = await running.says(/[\s\S]+/, "stderr");
    const of = (label: string) =>
      new RegExp(`^ +${label} +(\\S+)`, "m").exec(said)?.[1] ?? assert.fail(`no ${label}: ${said}`);
    const authority = of("Authority");
    values.set("https://localhost:8443/<tenant>", authority);
    values.set("https://contoso.ciamlogin.com/<tenant>", authority);
    values.set("https://<tenant>.ciamlogin.com/<tenant>/v2.0", `${authority}/v2.0`);
    values.set("<client>", of("Client ID"));
    values.set("<api>", of("API"));
    values.set("<CA file>", of("CA file"));
  }

  /**
   * The command for Entra, with this project's tenant instead of Entra and its operator instead of the administrator.
   */
  async function asForEntra(line: string): Promise<void> {
    const authority = here("https://localhost:8443/<tenant>");
    const instead = line.replace("--to entra --tenant contoso.onmicrosoft.com", `--token-stdin --to ${authority}`);
    assert.notEqual(instead, line);
    await run(`npx doorcode tenant token | ${instead}`, 9);
  }

  async function write(name: string, text: string): Promise<void> {
    await writeFile(join(folder, name), here(text));
  }

  /** The lines of an `.env` that the chapter adds or changes. */
  async function changeEnv(text: string): Promise<void> {
    const file = join(folder, ".env");
    const before = await readFile(file, "utf8").catch(() => "");
    const names = text.split("\n").map((line) => line.split("=")[0]);
    const kept = before.split("\n").filter((line) => line !== "" && !names.includes(line.split("=")[0]));
    await writeFile(file, here(`${kept.join("\n")}\n${text}`));
  }

  return {
    async follow(block) {
      const { language, as, text } = block;
      const file = /^file=(\S+)$/.exec(as)?.[1];
      if (file !== undefined) return write(file, file.endsWith(".yaml") ? await exampleFile() : text);
      if (language === "env") return changeEnv(text);
      assert.equal(language, "sh", `cannot run a block of ${language} (line ${block.line})`);
      for (const line of commandsOf(block)) {
        if (as === "background") await inBackground(line);
        else if (as === "entra") await asForEntra(line);
        else if (as === "person") {
          waiting = start(here(line));
          background.push(waiting);
          [, code = ""] = await Promise.any([waiting.says(codeShown, "stderr"), waiting.says(codeShown)]);
          values.set("<code>", code);
        } else if (as === "approve") await run(line);
        else await command(line);
      }
      if (as !== "approve") return;
      const { exit, stdout, stderr } = (await waiting?.ended) ?? assert.fail("no command waits for an approval");
      assert.equal(exit, 0, stdout + stderr);
    },
    async stop() {
      for (const { child } of background.reverse()) {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
        } catch {
          // Ended already.
        }
      }
      await Promise.all(background.map(({ ended }) => ended));
    },
  };
}

/** The file that the guide and the README show. */
export const exampleFile = () => readFile(join(root, "docs/guide/doorcode.tenant.yaml"), "utf8");
