// Reports to systemd (sd_notify(3)). Node.js has no datagram sockets of that kind; systemd has a program for it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Sends `READY=1`, `STATUS=…`, `WATCHDOG=1`. Does nothing when the process was not started by systemd. */
export async function notifySystemd(...assignments: string[]): Promise<void> {
  if (!process.env.NOTIFY_SOCKET) return;
  // A line end would begin another assignment.
  const lines = assignments.map((each) => each.replace(/[\r\n]+/g, " "));
  await promisify(execFile)("systemd-notify", lines).catch((error: Error) => console.error(error.message));
}

/** Sends a sign of life twice in each WatchdogSec. systemd restarts a process that hangs. */
export function feedWatchdog(): void {
  const period = Number(process.env.WATCHDOG_USEC ?? 0) / 1000;
  if (period > 0) setInterval(() => void notifySystemd("WATCHDOG=1"), period / 2).unref();
}
