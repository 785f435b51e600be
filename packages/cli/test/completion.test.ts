import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openFileStore } from "@doorcode/client";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";

/** In the real shells: each loads the script and completes a line, as Tab would. */
const shells = {
  // The words of the line as bash splits them, then the function that the script registered.
  bash: `source ./script
COMP_LINE=$1 COMP_POINT=\${#1}
read -ra COMP_WORDS <<< "$(sed 's/=/ = /g' <<< "$1")"
[[ $1 == *' ' ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
function_of() { complete -p doorcode | sed 's/.*-F \\([^ ]*\\).*/\\1/'; }
"$(function_of)" doorcode "\${COMP_WORDS[COMP_CWORD]}"
printf '%s\\n' "\${COMPREPLY[@]}"`,
  // A separate terminal, with a completer that prints what the completion functions add.
  zsh: `zmodload zsh/zpty
zpty tab zsh -f -i
zpty -w tab "cd $PWD; PS1= PROMPT=; stty columns 400; autoload -Uz compinit; compinit -u -d ./dump; source ./script"
zpty -w tab 'compadd() { if [[ $@[(I)-O] -gt 0 || $@[(I)-A] -gt 0 || $@[(I)-D] -gt 0 ]]; then builtin compadd "$@"; return; fi; local -a found; builtin compadd -O found "$@"; print -rl -- "MATCH:"$^found >> ./matches; builtin compadd "$@" }'
zpty -w tab 'bindkey "^I" complete-word; zle_end() { print -r DONE >> ./matches; zle send-break }; zle -N zle_end; bindkey "^X" zle_end; print -r READY >> ./matches'
for ((i = 0; i < 2000; i++)); do grep -q READY ./matches 2>/dev/null && break; sleep 0.05; zpty -r -t tab > /dev/null; done
zpty -n -w tab "$1"$'\\t\\x18'
for ((i = 0; i < 2000; i++)); do grep -q DONE ./matches 2>/dev/null && break; sleep 0.05; zpty -r -t tab > /dev/null; done
zpty -d tab
sed -n 's/^MATCH://p' ./matches; rm -f ./matches`,
  fish: `source ./script
complete -C "$argv[1]" | string replace -r '\\t.*' ''`,
} as const;

/** Completes a line in the shell, in a folder with files and a token store with two profiles. */
async function completer(folder: string, shell: keyof typeof shells): Promise<(line: string) => string[]> {
  const { exit, stdout, stderr } = await doorcode(["completion", shell]).ended;
  assert.deepEqual([exit, stderr], [0, ""]);
  for (const name of ["bin", "store", "certificates"]) mkdirSync(join(folder, name), { mode: 0o700 });
  writeFileSync(join(folder, "script"), stdout);
  writeFileSync(join(folder, "certificate.pem"), "");
  symlinkSync(join(packageFolder, "bin/doorcode.cjs"), join(folder, "bin/doorcode"));
  chmodSync(join(packageFolder, "bin/doorcode.cjs"), 0o755);
  const store = await openFileStore({ directory: join(folder, "store") });
  const profile = { authority: "https://issuer.example", clientId: "app", accountId: null, scopes: [], apis: [] };
  await store.change(["default", "work"].map((name) => ({ put: `default:${name}`, value: profile })));
  const env = {
    PATH: `${join(folder, "bin")}:${process.execPath.replace(/\/[^/]*$/, "")}:${process.env.PATH}`,
    HOME: folder,
    LC_ALL: "C.UTF-8",
    TERM: "dumb",
    DOORCODE_STORE_DIR: join(folder, "store"),
  };
  const args = { bash: ["--norc", "-c"], zsh: ["-f", "-c"], fish: ["--no-config", "-c"] }[shell];
  return (line: string): string[] => {
    const rest = shell === "fish" ? [line] : [shell, line];
    const ran = spawnSync(shell, [...args, shells[shell], ...rest], {
      cwd: folder,
      env,
      encoding: "utf8",
      timeout: 300_000,
    });
    assert.equal(ran.stderr, "", line);
    return [...new Set(ran.stdout.split("\n").filter(Boolean))].map((each) => each.replace(/\/$/, "")).sort();
  };
}

for (const shell of Object.keys(shells) as (keyof typeof shells)[]) {
  const skip = spawnSync(shell, ["--version"], { stdio: "ignore" }).error ? `needs ${shell} (Debian: ${shell})` : false;
  describe(`doorcode completion ${shell}`, { skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), "doorcode-test-"));
    let complete: (line: string) => string[];
    before(async () => {
      complete = await completer(folder, shell);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    test("completes commands at every depth", () => {
      assert.deepEqual(complete("doorcode log"), ["login", "logout"]);
      assert.deepEqual(complete("doorcode tenant re"), ["recover-administrator", "restore"]);
      assert.deepEqual(complete("doorcode tenant apps re"), ["remove-certificates", "remove-secret"]);
      assert.deepEqual(complete("doorcode help sta"), ["status"]);
    });

    test("completes only the options of the command", () => {
      assert.deepEqual(complete("doorcode tenant start --p"), ["--pages-port", "--port"]);
      assert.deepEqual(complete("doorcode login --d"), ["--device", "--device-endpoint"]);
      assert.deepEqual(complete("doorcode login --json --exp"), ["--expect-account"]);
    });

    test("completes fixed values, files, folders and profile names", () => {
      assert.deepEqual(complete("doorcode completion "), ["bash", "fish", "zsh"]);
      assert.deepEqual(complete("doorcode prepare --to en"), ["entra"]);
      assert.deepEqual(complete("doorcode login --ca-file cert"), ["certificate.pem", "certificates"]);
      assert.deepEqual(complete("doorcode tenant start --data cert"), ["certificates"]);
      assert.deepEqual(complete("doorcode tenant apps add-certificate ID cert"), ["certificate.pem", "certificates"]);
      assert.deepEqual(complete("doorcode status --profile "), ["default", "work"]);
      if (shell !== "zsh") assert.deepEqual(complete("doorcode login --authority "), []);
    });
  });
}

test("zsh also loads the script as a function from a folder in fpath", {
  skip: spawnSync("zsh", ["--version"], { stdio: "ignore" }).error ? "needs zsh (Debian: zsh)" : false,
}, async (t) => {
  const folder = await scratch(t);
  const { stdout } = await doorcode(["completion", "zsh"]).ended;
  writeFileSync(join(folder, "_doorcode"), stdout);
  const script = `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -d ${folder}/dump; print $_comps[doorcode]`;
  const { stdout: registered } = spawnSync("zsh", ["-f", "-c", script], { encoding: "utf8" });
  assert.equal(registered, "_doorcode\n");
});
