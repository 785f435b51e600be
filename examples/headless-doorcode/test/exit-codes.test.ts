import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../tests/fixtures/free-port.ts";

const program = fileURLToPath(import.meta.resolve("../index.ts"));
const options = ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"];

function runProgram(env: Record<string, string>): Promise<{ exitCode: number; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...options, program], { env }, (_error, _stdout, stderr) =>
      resolve({ exitCode: child.exitCode!, stderr }),
    );
  });
}

const settings = {
  STORE_DIRECTORY: join(tmpdir(), "doorcode-is-never-made"),
  CLIENT_ID: "6f1b2c1e-6f5e-4f0f-9d53-0f6d2b1f7a10",
  SCOPES: "api://3b0a54a7-93b6-4c0a-8a4a-1c0a1d2f9e11/ToDoList.Read",
  TODO_LIST_ENDPOINT: "http://127.0.0.1:1/api/todolist",
};

describe("the headless program on Doorcode", () => {
  test("names the variable that is missing and ends with 2", async () => {
    const { exitCode, stderr } = await runProgram(settings);
    assert.match(stderr, /AUTHORITY/);
    assert.equal(exitCode, 2);
  });

  test("says what to check when the tenant cannot be reached, and ends with 7", async () => {
    const AUTHORITY = `https://localhost:${await freePort()}/0b7b6c0e-5d0f-4a0c-9c39-3a0f4c1d2e5f`;
    const { exitCode, stderr } = await runProgram({ ...settings, AUTHORITY });
    assert.match(stderr, /cannot be reached/);
    assert.equal(exitCode, 7);
  });
});
