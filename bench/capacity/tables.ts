import { replaceSection } from "../page-section.ts";
import { type Costs, operations } from "./costs.ts";
import { bytesOfRow, type Plan, plan, scenarios, secondsOfConnection } from "./plan.ts";

const names = {
  poll: "pending poll",
  devicecode: "device code request",
  signIn: "sign-in (code, approval, tokens)",
  renewal: "renewal",
};

/** The tables of docs/capacity.md, by the name that the page marks them with. */
export function capacityTables(costs: Costs): Record<string, string> {
  const plans = scenarios.map((scenario) => plan(costs, scenario));
  return { costs: costTable(costs), rows: rowTable(costs), plan: planTable(plans) };
}

function costTable(costs: Costs): string {
  const rows = operations.map((operation) => {
    const { node, database, statements, wal, walAfterCheckpoint } = costs.operations[operation];
    const bytes = `${kilo(wal)} | ${kilo(walAfterCheckpoint)}`;
    const hold = `${(secondsOfConnection(costs, operation) * 1_000).toFixed(1)} ms`;
    return [names[operation], whole(node), whole(database), statements.toFixed(1), bytes, hold];
  });
  const head = ["CPU of the node, µs", "of PostgreSQL, µs", "statements", "WAL, KB", "after a checkpoint, KB"];
  const { heldPoll, password, memory, wakeOnOtherNode: wake, measured } = costs;
  const lines = [
    `- A held poll costs ${heldPoll.node.toFixed(1)} + ${heldPoll.database.toFixed(1)} µs of CPU time each second, and ${kilo(heldPoll.memory)} KB in its node.`,
    `- A password takes ${whole(password / 1_000)} ms of CPU time.`,
    `- A node without load takes ${mega(memory.node)}, a connection in PostgreSQL ${mega(memory.connection)}.`,
    `- A decision on one node wakes a held poll on another one in ${wake.median.toFixed(1)} ms (median; p99 ${wake.p99.toFixed(1)} ms), its transaction included.`,
  ];
  const source = `Measured on ${measured.date} at ${measured.commit}: ${measured.machine}, Node ${measured.node}, PostgreSQL ${measured.postgres}, load average ${measured.loadAverage}.`;
  return `${table(["operation", ...head, "keeps a connection"], rows)}\n\n${lines.join("\n")}\n\n${source}`;
}

function rowTable(costs: Costs): string {
  const rows = Object.entries(costs.sizes.tables).map(([name, { heap, indexes }]) => [
    `\`${name}\``,
    whole(heap),
    whole(indexes),
    whole(bytesOfRow(costs, name)),
  ]);
  return table([`${whole(costs.sizes.rows)} rows each`, "bytes of a row", "of its index entries", "together"], rows);
}

function planTable(plans: Plan[]): string {
  const row = (name: string, of: (each: Plan) => string) => [name, ...plans.map(of)];
  const operationsOf = ({ perSecond }: Plan) =>
    operations
      .filter((each) => perSecond[each] > 0)
      .map(
        (each) =>
          `${count(perSecond[each])} ${{ poll: "polls", devicecode: "codes", signIn: "sign-ins", renewal: "renewals" }[each]}`,
      )
      .join(", ");
  const rows = [
    row("busiest second", operationsOf),
    row("nodes (one core each)", ({ nodes }) => whole(nodes)),
    row("of them may fail", ({ mayFail }) => whole(mayFail)),
    row("use of a node's core", ({ simulated }) => percent(simulated.nodeUtilization)),
    row("memory of a node", ({ nodeMemory }) => mega(nodeMemory)),
    row("cores of the database", ({ databaseCores }) => whole(databaseCores)),
    row("use of them", ({ simulated }) => percent(simulated.databaseUtilization)),
    row("databases of 64 cores", ({ databases }) => whole(databases)),
    row("wait for a core, p99", ({ simulated }) => `${(simulated.p99Wait * 1_000).toFixed(1)} ms`),
    row("connections in use", ({ connectionsBusy }) => whole(connectionsBusy)),
    row("connections kept", ({ connections }) => whole(connections)),
    row("their memory in PostgreSQL", ({ connectionMemory }) => mega(connectionMemory)),
    row("WAL each second", ({ wal }) => mega(wal)),
    row("right after a checkpoint", ({ walAfterCheckpoint }) => mega(walAfterCheckpoint)),
    row("to each standby, at most", ({ walAfterCheckpoint }) => `${count((walAfterCheckpoint * 8) / 1e6)} Mbit/s`),
    row("sign-ins stored", ({ rows }) => count(rows.token_families!)),
    row("`refresh_tokens` after a year", ({ rows }) => count(rows.refresh_tokens!)),
    row("`audit_records` after a year", ({ rows }) => count(rows.audit_records!)),
    row("`device_grants`", ({ rows }) => count(rows.device_grants!)),
    row("disk after a year", ({ disk }) => mega(disk)),
  ];
  return table(["", ...plans.map(({ scenario }) => scenario.name)], rows);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  // A cell can hold two columns.
  const columns = line(head).split("|").length - 2;
  return [line(head), `|---|${"---:|".repeat(columns - 1)}`, ...rows.map(line)].join("\n");
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const kilo = (bytes: number) => (bytes / 1e3).toFixed(1);
const percent = (share: number) => `${Math.round(share * 100)}%`;

/** Two digits that count: 5.6, 56, 560, 5,600, 5.6 million. */
function count(value: number): string {
  if (value >= 1e9) return `${two(value / 1e9)} billion`;
  if (value >= 1e6) return `${two(value / 1e6)} million`;
  return two(value);
}

function two(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en-US", { maximumFractionDigits: 4 });
}

function mega(bytes: number): string {
  if (bytes >= 1e12) return `${two(bytes / 1e12)} TB`;
  if (bytes >= 1e9) return `${two(bytes / 1e9)} GB`;
  return bytes >= 1e6 ? `${two(bytes / 1e6)} MB` : `${two(bytes / 1e3)} KB`;
}

/** The page with these tables between its marks: `<!-- capacity: NAME -->` and `<!-- end -->`. */
export function replaceTables(page: string, tables: Record<string, string>): string {
  return Object.entries(tables).reduce((text, [name, table]) => replaceSection(text, `capacity: ${name}`, table), page);
}
