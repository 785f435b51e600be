import { KINDS, type Kind } from "./answers.ts";

export interface Row {
  name: string;
  /** From the fault until everything was whole again. */
  seconds: number;
  requests: number;
  unanswered: number;
  lost: string[];
  doubled: string[];
  /** The longest time without an answer, by kind, in milliseconds. */
  without: Record<Kind, number>;
}

export interface Report {
  rows: Row[];
  /** While the commands of the page ran. */
  operations: Row;
  /** Clients that were signed out although their sign-in was not revoked. */
  signedOut: string[];
  /** Sign-ins in progress that had to begin again. */
  begunAgain: string[];
  acknowledged: { approvals: number; tokens: number; revocations: number };
  /** What was found lost after commits were made to wait for no standby. */
  lostOnPurpose: string[];
  /** Errors that programs got and that went away by trying again. */
  errors: Record<string, number>;
}

/** A table in Markdown. */
export function tableOf({ rows }: Report): string {
  const head = [
    "what was killed or cut",
    "requests",
    "lost",
    "doubled",
    ...KINDS.map((kind) => `${kind} (s)`),
    "whole again (s)",
  ];
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const cells = rows.map(({ name, seconds: whole, requests, lost, doubled, without }) => [
    name,
    String(requests),
    String(lost.length),
    String(doubled.length),
    ...KINDS.map((kind) => seconds(without[kind])),
    whole.toFixed(0),
  ]);
  return [head, head.map((_, index) => (index === 0 ? "---" : "--:")), ...cells]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
