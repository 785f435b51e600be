import type { ClockReading } from "../testing/clock.ts";
import type { Fault } from "../testing/fault-list.ts";
import type { Snapshot } from "../testing/snapshots.ts";
import { type Testing, testingOff } from "../testing/testing.ts";
import { timeOf } from "./audit-log.ts";
import type { ControlRequest } from "./messages.ts";
import {
  type ListedClock,
  type ListedFault,
  type ListedSnapshot,
  type TestingRequest,
  type TestingResults,
  testingRequests,
} from "./testing-messages.ts";

const NAMES = new Set<string>(testingRequests.map(({ shape }) => shape.do.value));

export const isTestingRequest = (request: ControlRequest): request is TestingRequest => NAMES.has(request.do);

/**
 * Runs a tester's request, or throws a `TenantError`.
 *
 * @param testing null: a tenant that is not the embedded default, or that is not running
 */
export async function runTestingRequest(
  testing: Testing | null,
  request: TestingRequest,
): Promise<TestingResults[TestingRequest["do"]]> {
  if (!testing?.allowed) throw testingOff();
  const { clock, faults, snapshots } = testing;
  switch (request.do) {
    case "read_clock":
      return listedClock(clock.read());
    case "advance_clock":
      return listedClock(await clock.advance(request.ms));
    case "set_clock":
      return listedClock(await clock.set(timeOf(request.time), { back: request.back }));
    case "reset_clock":
      return listedClock(await clock.reset());
    case "list_faults":
      return faults.list().map(listedFault);
    case "add_fault": {
      const { do: _, retry_after: retryAfterSeconds, delay_ms: delayMs, ...fault } = request;
      return listedFault(await faults.add({ ...fault, retryAfterSeconds, delayMs }));
    }
    case "clear_faults":
      return { cleared: await faults.clear(request.id) };
    case "list_snapshots":
      return (await snapshots.list()).map(listedSnapshot);
    case "create_snapshot":
      return listedSnapshot(await snapshots.create(request.name, { replace: request.replace }));
    case "restore_snapshot":
      return listedSnapshot(await snapshots.restore(request.name));
    case "delete_snapshot":
      await snapshots.delete(request.name);
      return { name: request.name };
    case "issue_token": {
      const { token, expiresAt, scopes } = await testing.issueToken(request);
      return { token, expires_at: timeText(expiresAt), scopes };
    }
    case "check_token": {
      const { api, clockAheadMs, ...checked } = await testing.checkToken(request.token, { api: request.api });
      const { clientId, name, profile } = api;
      return { ...checked, api: { client_id: clientId, name, profile }, clock_ahead_ms: clockAheadMs };
    }
  }
}

const timeText = (time: number) => new Date(time).toISOString();

const listedClock = ({ now, aheadMs, wentBack }: ClockReading): ListedClock => ({
  now: timeText(now),
  ahead_ms: aheadMs,
  went_back: wentBack,
});

const listedFault = ({ clientId, retryAfterSeconds, delayMs, ...fault }: Fault): ListedFault => ({
  ...fault,
  client_id: clientId,
  retry_after: retryAfterSeconds,
  delay_ms: delayMs,
});

const listedSnapshot = ({ name, createdAt, bytes }: Snapshot): ListedSnapshot => ({
  name,
  created_at: timeText(createdAt),
  bytes,
});
