import type { ControlResults } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { shownValue } from "../file-errors.ts";
import { printEvent, printLine, say } from "../output.ts";
import { operateTenant } from "./location.ts";
import { timeOf } from "./operator.ts";
import { milliseconds } from "./time.ts";

type Clock = ControlResults["read_clock"];
type Fault = ControlResults["add_fault"];
type Snapshot = ControlResults["create_snapshot"];

/** `doorcode tenant clock` */
export async function showClock(given: Arguments): Promise<number> {
  return shownClock(given, "clock", await operateTenant(given, { do: "read_clock" }));
}

/** `doorcode tenant clock advance` */
export async function advanceClock(given: Arguments): Promise<number> {
  const [time = ""] = given.words;
  if (!/^\d{1,6}[dhms]?$/.test(time)) {
    const hint = time.startsWith("-")
      ? "It moves forward only. An earlier time: doorcode tenant clock set TIME --back"
      : "Give a time such as 90s, 15m, 24h or 7d.";
    throw new UsageError(`${shownValue(time) === undefined ? "That" : time} is not how far a clock moves.`, hint);
  }
  return shownClock(given, "clock_moved", await operateTenant(given, { do: "advance_clock", ms: milliseconds(time) }));
}

/** `doorcode tenant clock set` */
export async function setClock(given: Arguments): Promise<number> {
  const [time = ""] = given.words;
  const back = given.flag("back");
  return shownClock(given, "clock_moved", await operateTenant(given, { do: "set_clock", time, back }));
}

/** `doorcode tenant clock reset` */
export async function resetClock(given: Arguments): Promise<number> {
  return shownClock(given, "clock_moved", await operateTenant(given, { do: "reset_clock" }));
}

function shownClock(given: Arguments, event: string, clock: Clock): number {
  const { now, ahead_ms, went_back } = clock;
  if (given.flag("json")) printEvent(event, clock);
  else printLine(`${now}  ${distance(ahead_ms)}`);
  if (went_back)
    say("The clock went back: tokens of the later time are not valid yet, and codes and limits last longer.");
  return exitCodes.done;
}

/** `1d 2h ahead of this computer`. */
function distance(ms: number): string {
  if (ms === 0) return "this computer's time";
  let left = Math.abs(Math.round(ms / 1_000));
  const parts: string[] = [];
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    if (left >= size) parts.push(`${Math.floor(left / size)}${unit}`);
    left %= size;
  }
  return `${parts.join(" ") || "less than 1s"} ${ms > 0 ? "ahead of" : "behind"} this computer`;
}

/** `doorcode tenant fault list` */
export async function listFaults(given: Arguments): Promise<number> {
  const faults = await operateTenant(given, { do: "list_faults" });
  for (const fault of faults) {
    if (given.flag("json")) printEvent("fault", fault);
    else printLine(`${fault.id}  ${described(fault)}`);
  }
  if (faults.length === 0 && !given.flag("json")) say("No faults.");
  return exitCodes.done;
}

/** `doorcode tenant fault add` */
export async function addFault(given: Arguments): Promise<number> {
  const [endpoint = ""] = given.words;
  const wanted = (name: string) => (given.text(name) === undefined ? undefined : Number(given.text(name)));
  if (given.text("retry-after") !== undefined && given.text("status") === undefined) {
    throw new UsageError("--retry-after needs --status.", "Add --status 429 or --status 503.");
  }
  const fault = await operateTenant(given, {
    do: "add_fault",
    endpoint: endpoint as Fault["endpoint"],
    app: given.text("app"),
    times: wanted("times"),
    status: wanted("status") as Fault["status"] | undefined as 429 | 503 | undefined,
    retry_after: wanted("retry-after"),
    aadsts: wanted("aadsts"),
    cut: given.flag("cut"),
    delay_ms: delayMs(given.text("delay")),
  });
  if (given.flag("json")) printEvent("fault_added", fault);
  else printLine(`${fault.id}  ${described(fault)}`);
  return exitCodes.done;
}

function delayMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text.endsWith("ms") ? Number.parseInt(text, 10) : milliseconds(text);
}

function described({ endpoint, client_id, left, status, retry_after, aadsts, cut, delay_ms }: Fault): string {
  const answer = cut
    ? "cuts the connection"
    : aadsts !== null
      ? `answers AADSTS${aadsts}`
      : status !== null
        ? `answers ${status}, Retry-After ${retry_after}`
        : "answers";
  const late = delay_ms === 0 ? "" : `, ${delay_ms} ms late`;
  const whose = client_id === null ? "" : ` of ${client_id}`;
  return `${endpoint} ${answer}${late}: the next ${left === 1 ? "request" : `${left} requests`}${whose}`;
}

/** `doorcode tenant fault clear` */
export async function clearFaults(given: Arguments): Promise<number> {
  const [id] = given.words;
  const result = await operateTenant(given, { do: "clear_faults", id });
  if (given.flag("json")) printEvent("faults_cleared", result);
  else say(`Ended ${result.cleared} ${result.cleared === 1 ? "fault" : "faults"}.`);
  return exitCodes.done;
}

/** `doorcode tenant snapshot list` */
export async function listSnapshots(given: Arguments): Promise<number> {
  const snapshots = await operateTenant(given, { do: "list_snapshots" });
  for (const snapshot of snapshots) {
    if (given.flag("json")) printEvent("snapshot", snapshot);
    else printLine(lineOf(snapshot));
  }
  if (snapshots.length === 0 && !given.flag("json")) say("No snapshots.");
  return exitCodes.done;
}

const lineOf = ({ name, created_at, bytes }: Snapshot) =>
  `${name}  ${timeOf(created_at)}  ${Math.ceil(bytes / 1024)} KiB`;

/** `doorcode tenant snapshot create` */
export async function createSnapshot(given: Arguments): Promise<number> {
  const [name = ""] = given.words;
  const replace = given.flag("replace");
  const snapshot = await operateTenant(given, { do: "create_snapshot", name, replace });
  if (given.flag("json")) printEvent("snapshot_created", snapshot);
  else say(`Created the snapshot ${snapshot.name}.`);
  return exitCodes.done;
}

/** `doorcode tenant snapshot restore` */
export async function restoreSnapshot(given: Arguments): Promise<number> {
  const [name = ""] = given.words;
  const snapshot = await operateTenant(given, { do: "restore_snapshot", name });
  if (given.flag("json")) printEvent("snapshot_restored", snapshot);
  else say(`The tenant is as it was in the snapshot ${snapshot.name}, of ${timeOf(snapshot.created_at)}.`);
  return exitCodes.done;
}

/** `doorcode tenant snapshot delete` */
export async function deleteSnapshot(given: Arguments): Promise<number> {
  const [name = ""] = given.words;
  const result = await operateTenant(given, { do: "delete_snapshot", name });
  if (given.flag("json")) printEvent("snapshot_deleted", result);
  else say(`Deleted the snapshot ${result.name}.`);
  return exitCodes.done;
}
