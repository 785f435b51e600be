import { choice } from "../interaction/page-request.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { FAULT_ENDPOINTS } from "../testing/fault-list.ts";
import type { FaultInput } from "../testing/faults.ts";
import { TestingRefusal } from "../testing/refusal.ts";
import type { Testing } from "../testing/testing.ts";
import {
  CLOCK_STEPS,
  FAULT_KINDS,
  type FaultKind,
  TESTING_ACTIONS,
  type TestingAction,
  type TestingProblem,
  type TestingView,
} from "../ui/console/testing.ts";
import type { ConsoleAnswer, ConsoleHandler, ConsoleRequest } from "./console-request.ts";
import { doneOf, textIn } from "./found.ts";

const PATH = "/console/testing";

/** The tenant's clock, faults and snapshots. */
export const getTesting =
  (testing: Testing): ConsoleHandler =>
  async (request) => ({ view: { ...(await viewOf(testing, request, null)), done: doneOf(request, TESTING_ACTIONS) } });

/** The button says which. What the operation refuses is shown on the page, with what was typed. */
export const postTesting =
  (testing: Testing): ConsoleHandler =>
  async (request): Promise<ConsoleAnswer> => {
    const action = choice(request.fields, "action", TESTING_ACTIONS);
    const contradiction = action === "add_fault" ? contradictionIn(request) : null;
    if (contradiction) return { view: await viewOf(testing, request, contradiction) };
    try {
      await act(testing, request, action);
      return { to: `${PATH}?done=${action}` };
    } catch (error) {
      if (!(error instanceof TenantError)) throw error;
      return { view: await viewOf(testing, request, problemOf(error, request)) };
    }
  };

/** What would otherwise be ignored, or could not be a number at all: shown as it was typed. */
function contradictionIn(request: ConsoleRequest): TestingProblem | null {
  const [number, times] = [numberIn(request), textIn(request, "times")];
  const isWanted = request.fields.get("kind") === "aadsts";
  if (!isWanted && number !== "") return { why: "number_beside", typed: number };
  if (isWanted && !/^\d+$/.test(number)) return { why: "number_invalid", typed: textIn(request, "aadsts") };
  return times === "" || /^\d+$/.test(times) ? null : { why: "times_invalid", typed: times };
}

/** As people write it: 53003, or AADSTS53003. */
const numberIn = (request: ConsoleRequest) => textIn(request, "aadsts").replace(/^aadsts\s*/i, "");

/** The page says it in its own words where it can. */
function problemOf(error: TenantError, request: ConsoleRequest): TestingProblem {
  const { code, message, hint } = error;
  if (code === "app_unknown" || code === "snapshot_unknown") {
    return { why: code, typed: textIn(request, code === "app_unknown" ? "app" : "name") };
  }
  const why = error instanceof TestingRefusal ? error.why : "other";
  const typed = { number_invalid: "aadsts", times_invalid: "times", name_taken: "name", name_invalid: "name" };
  if (why === "other") return { why, message, hint };
  return { why, typed: why in typed ? textIn(request, typed[why as keyof typeof typed]) : "" };
}

async function act(
  { clock, faults, snapshots }: Testing,
  request: ConsoleRequest,
  action: TestingAction,
): Promise<void> {
  const { fields } = request;
  const named = textIn(request, "name");
  switch (action) {
    case "advance":
      return void (await clock.advance(Number(choice(fields, "by", CLOCK_STEPS)) * 1_000));
    case "reset":
      return void (await clock.reset());
    case "add_fault":
      return void (await faults.add(faultIn(request)));
    case "clear_fault":
      return void (await faults.clear(textIn(request, "fault")));
    case "create":
      return void (await snapshots.create(named));
    case "restore":
      return void (await snapshots.restore(named));
    case "delete":
      return await snapshots.delete(named);
  }
}

/** What each kind of fault answers. */
const answers: Record<FaultKind, (request: ConsoleRequest) => Omit<FaultInput, "endpoint">> = {
  "429": () => ({ status: 429 }),
  "503": () => ({ status: 503 }),
  cut: () => ({ cut: true }),
  late: () => ({ delayMs: 5_000 }),
  aadsts: (request) => ({ aadsts: Number(numberIn(request)) }),
};

function faultIn(request: ConsoleRequest): FaultInput {
  const { fields } = request;
  const app = textIn(request, "app");
  return {
    ...{ endpoint: choice(fields, "endpoint", FAULT_ENDPOINTS), times: Number(textIn(request, "times") || 1) },
    ...(app !== "" && { app }),
    ...answers[choice(fields, "kind", FAULT_KINDS)](request),
  };
}

async function viewOf(
  { clock, faults, snapshots }: Testing,
  request: ConsoleRequest,
  problem: TestingProblem | null,
): Promise<TestingView> {
  const [apps, saved] = await Promise.all([request.ctx.store.directory.listApps(), snapshots.list()]);
  const nameOf = (clientId: string | null) => apps.find((app) => app.clientId === clientId)?.name ?? clientId;
  const typed = problem === null ? "" : textIn(request, "action");
  const kept = (name: string, action: string) => (typed === action ? textIn(request, name) : "");
  const { now, aheadMs } = clock.read();
  return {
    page: "console_testing",
    clock: { now, aheadMs },
    faults: faults.list().map((fault) => ({ ...fault, app: nameOf(fault.clientId) })),
    snapshots: saved,
    endpoints: FAULT_ENDPOINTS,
    typed: {
      ...{ endpoint: kept("endpoint", "add_fault"), kind: kept("kind", "add_fault"), app: kept("app", "add_fault") },
      ...{ aadsts: kept("aadsts", "add_fault"), times: kept("times", "add_fault"), name: kept("name", "create") },
    },
    ...{ problem, done: null },
  };
}
