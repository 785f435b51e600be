import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface HeadlessProgram {
  /** Rejects when the program ends before it has shown a code. */
  invitation: Promise<Invitation>;
  /** Its exit code. */
  ended: Promise<number>;
  stop(): void;
}

export interface Invitation {
  page: string;
  code: string;
}

/** Starts examples/headless-doorcode as a process of its own: what a device would run, knowing nothing of this one. */
export function startHeadlessProgram(
  env: Record<string, string>,
  show: { line(text: string): void; invitation(invitation: Invitation): void; problem(text: string): void },
): HeadlessProgram {
  const program = fileURLToPath(import.meta.resolve("../headless-doorcode/index.ts"));
  const child = spawn(process.execPath, [...process.execArgv, program], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let invite!: (invitation: Invitation) => void;
  let refuse!: (reason: unknown) => void;
  const invitation = new Promise<Invitation>((resolve, reject) => {
    invite = resolve;
    refuse = reject;
  });
  invitation.catch(() => {}); // Who only waits for the end does not ask for the code.

  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => {
    const read = readInvitation(line);
    if (read === undefined) return show.line(line);
    show.invitation(read);
    invite(read);
  });
  const problems = createInterface({ input: child.stderr });
  problems.on("line", show.problem);

  const ended = Promise.all([
    new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    }),
    once(output, "close"),
    once(problems, "close"),
  ]).then(([code]) => code);
  ended.then(() => refuse(new Error("The headless program ended before it showed a code.")), refuse);
  return { invitation, ended, stop: () => child.kill("SIGKILL") };
}

/** The sentence that Entra and the tenant answer as `message`; a person reads the same two things out of it. */
function readInvitation(line: string): Invitation | undefined {
  const found = /open the page (?<page>https?:\S+) and enter the code (?<code>\S+)/.exec(line)?.groups;
  return found ? { page: found.page!, code: found.code! } : undefined;
}
