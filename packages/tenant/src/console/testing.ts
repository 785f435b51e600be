import { choice } from "../interaction/page-request.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { FAULT_ENDPOINTS } from "../testing/fault-list.ts";
import type { FaultInput } from "../testing/faults.ts";
import type { Testing } from "../testing/testing.ts";
import { CLOCK_STEPS, FAULT_KINDS, type FaultKind, type TestingView } from "../ui/console/testing.ts";
import type { ConsoleAnswer, ConsoleHandler, ConsoleRequest } from "./console-request.ts";
import { textIn } from "./found.ts";

const PATH = "/console/testing";
const ACTIONS = ["advance", "reset", "add_fault", "clear_fault", "create", "restore", "delete"] as const;

/** The tenant's clock, faults and snapshots. */
export const getTesting =
  (testing: Testing): ConsoleHandler =>
  async (request) => ({ view: await viewOf(testing, request, null) });

/** The button says which. What the operation refuses is shown on the page, with what was typed. */
export const postTesting =
  (testing: Testing): ConsoleHandler =>
  async (request): Promise<ConsoleAnswer> => {
    try {
      await act(testing, request);
      return { to: PATH };
    } catch (error) {
      if (!(error instanceof TenantError)) throw error;
      const { message, hint } = error;
      return { view: await viewOf(testing, request, { message, hint }) };
    }
  };

async function act({ clock, faults, snapshots }: Testing, request: ConsoleRequest): Promise<void> {
  const { fields } = request;
  const named = textIn(request, "name");
  switch (choice(fields, "action", ACTIONS)) {
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
  aadsts: (request) => ({ aadsts: Number(textIn(request, "aadsts")) }),
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
  problem: TestingView["problem"],
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
    problem,
  };
}
