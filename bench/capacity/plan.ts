import type { Costs, Operation } from "./costs.ts";
import { type Simulated, type Stream, simulate } from "./simulate.ts";

/** What the plan assumes. Change a value, run `npm run capacity`, and read what changes. */
export const assumptions = {
  /** The busiest second has this many times the average load. */
  peak: 2,
  /** Each device signs in anew once in this many days: the longest life of a sign-in. */
  signInDays: 365,
  /** A code that is not used expires after this time. Seconds. */
  codeLife: 900,
  /** Seconds between two polls. */
  pollInterval: 5,
  /** Share of the codes that a user approves. */
  approved: 0.5,
  /** Requests of a browser for one approval; each costs about as much as a device code request. */
  pages: 6,
  /** A node answers other requests in between: so many pieces, one after the other. */
  pieces: 10,
  /** Cores work for at most this share of the busiest second. */
  utilization: 0.6,
  /** With nodes missing, they may work for this share. */
  utilizationWithoutSome: 0.85,
  /** 99 of 100 requests wait for a core at most this long, in both queues together. Seconds. */
  p99Wait: 0.05,
  /** From a node to the database and back. Seconds. */
  roundTrip: 0.0005,
  /** A commit: flushed to disk here and on one standby. Seconds. */
  commit: 0.003,
  /** Polls that one node holds at most: the limit that a tenant has without a setting. */
  heldPollsPerNode: 20_000,
  /** Connections of a node, and one more that listens. */
  poolSize: 10,
  /** Cores of the largest database server that one would buy. */
  largestDatabase: 64,
  /** Copies of the write-ahead log that leave the primary. */
  standbys: 2,
} as const;

const HOUR = 3_600;
const DAY = 24 * HOUR;

export interface Scenario {
  name: string;
  /** Signed in, each renewing once an hour. */
  devices: number;
  /** Programs that show a code and wait. */
  waiting: number;
  held: boolean;
}

export const scenarios: Scenario[] = [
  { name: "10⁴ devices", devices: 1e4, waiting: 0, held: false },
  { name: "10⁶ devices", devices: 1e6, waiting: 0, held: false },
  { name: "10⁸ devices", devices: 1e8, waiting: 0, held: false },
  { name: "10⁶ waiting, polled", devices: 0, waiting: 1e6, held: false },
  { name: "10⁶ waiting, held", devices: 0, waiting: 1e6, held: true },
];

export interface Plan {
  scenario: Scenario;
  /** In the busiest second. */
  perSecond: Record<Operation, number>;
  nodes: number;
  /** How many nodes may be missing in the busiest second. */
  mayFail: number;
  databaseCores: number;
  /** Databases with `largestDatabase` cores. */
  databases: number;
  simulated: Simulated;
  /** Connections in use in the busiest second, and those that the nodes keep. */
  connectionsBusy: number;
  connections: number;
  /** Bytes a second: after a while, and right after a checkpoint. */
  wal: number;
  walAfterCheckpoint: number;
  /** Bytes of memory of each node, and of all connections in PostgreSQL. */
  nodeMemory: number;
  connectionMemory: number;
  /** Rows and bytes after one year. */
  rows: Record<string, number>;
  disk: number;
}

export function plan(costs: Costs, scenario: Scenario): Plan {
  const perSecond = ratesOf(scenario);
  const streams = streamsOf(costs, scenario, perSecond);
  const load = (part: "node" | "database") => streams.reduce((sum, each) => sum + each.perSecond * each[part], 0);
  const { utilization, utilizationWithoutSome, heldPollsPerNode, largestDatabase } = assumptions;

  const simulation = { requests: 40_000 };
  const forPolls = scenario.held ? Math.ceil(scenario.waiting / heldPollsPerNode) : 0;
  const fewest = Math.max(1, forPolls, Math.ceil(load("node") / utilizationWithoutSome));
  let nodes = Math.max(2, forPolls + 1, Math.ceil(load("node") / utilization));
  let databaseCores = Math.max(2, Math.ceil(load("database") / utilization));
  let simulated = simulate({ nodes, databaseCores }, streams, simulation);
  while (simulated.p99Wait > assumptions.p99Wait) {
    if (simulated.nodeUtilization >= simulated.databaseUtilization) nodes = Math.ceil(nodes * 1.1);
    else databaseCores = Math.ceil(databaseCores * 1.1);
    simulated = simulate({ nodes, databaseCores }, streams, simulation);
  }

  const sum = (of: (operation: Operation) => number) =>
    (Object.keys(perSecond) as Operation[]).reduce((all, each) => all + perSecond[each] * of(each), 0);
  const connections = nodes * (assumptions.poolSize + 1);
  const rows = rowsAfterAYear(scenario);
  return {
    scenario,
    perSecond,
    nodes,
    mayFail: nodes - fewest,
    databaseCores,
    databases: Math.ceil(databaseCores / largestDatabase),
    simulated,
    connectionsBusy: Math.ceil(sum((each) => secondsOfConnection(costs, each))),
    connections,
    wal: sum((each) => costs.operations[each].wal),
    walAfterCheckpoint: sum((each) => costs.operations[each].walAfterCheckpoint),
    nodeMemory: costs.memory.node + (scenario.held ? (scenario.waiting / nodes) * costs.heldPoll.memory : 0),
    connectionMemory: connections * costs.memory.connection,
    rows,
    disk: Object.entries(rows).reduce((all, [table, count]) => all + count * bytesOfRow(costs, table), 0),
  };
}

/** In the busiest second. */
function ratesOf({ devices, waiting, held }: Scenario): Record<Operation, number> {
  const { peak, signInDays, codeLife, pollInterval, approved } = assumptions;
  const signIns = (devices / (signInDays * DAY)) * peak + (waiting / codeLife) * approved;
  return {
    renewal: (devices / HOUR) * peak,
    signIn: signIns,
    // Codes that end without a sign-in; the others are part of the sign-ins.
    devicecode: (waiting / codeLife) * (1 - approved),
    poll: held ? 0 : waiting / pollInterval,
  };
}

function streamsOf(costs: Costs, { waiting, held }: Scenario, perSecond: Record<Operation, number>): Stream[] {
  const seconds = (microseconds: number) => microseconds / 1e6;
  const { devicecode } = costs.operations;
  const streams = (Object.keys(perSecond) as Operation[]).map((operation) => {
    const { node, database } = costs.operations[operation];
    const [pages, password, pieces] =
      operation === "signIn" ? [assumptions.pages, costs.password, assumptions.pieces] : [0, 0, 1];
    return {
      perSecond: perSecond[operation] * pieces,
      node: seconds(node + pages * devicecode.node + password) / pieces,
      database: seconds(database + pages * devicecode.database) / pieces,
    };
  });
  // The regular checks of held polls: a batch of 250 each time.
  const batches = held ? waiting / 250 / 5 : 0;
  const each = (perPollAndSecond: number) => seconds(perPollAndSecond * 250 * 5);
  streams.push({ perSecond: batches, node: each(costs.heldPoll.node), database: each(costs.heldPoll.database) });
  return streams.filter((stream) => stream.perSecond > 0);
}

/** How long one operation keeps a connection. A poll uses it for one statement at a time and commits nothing. */
export function secondsOfConnection(costs: Costs, operation: Operation): number {
  const { database, statements } = costs.operations[operation];
  const commits = { poll: 0, devicecode: 1, renewal: 1, signIn: 4 }[operation];
  return database / 1e6 + statements * assumptions.roundTrip + commits * assumptions.commit;
}

/** Of the tables that grow: sign-ins of this year, renewals of each hour, and what the purge has not deleted yet. */
function rowsAfterAYear({ devices, waiting }: Scenario): Record<string, number> {
  const { codeLife, approved, signInDays } = assumptions;
  const signInsADay = devices / signInDays + (waiting / codeLife) * approved * DAY;
  const codesADay = devices / signInDays + (waiting / codeLife) * DAY;
  const renewalsAYear = devices * 24 * 365;
  // Programs that wait become devices; the plan counts their sign-ins of one day.
  const families = waiting > 0 ? signInsADay : devices;
  return {
    users: families,
    consents: families,
    token_families: families,
    // Deleted with its sign-in, which began half a year ago on average.
    refresh_tokens: families + renewalsAYear / 2,
    // Three for each sign-in, one for each renewal. Nothing deletes them.
    audit_records: 3 * families + renewalsAYear,
    device_grants: codesADay,
    sessions: signInsADay,
    action_links: 7 * signInsADay,
    outbox: signInsADay,
  };
}

export function bytesOfRow(costs: Costs, table: string): number {
  const { heap, indexes } = costs.sizes.tables[table]!;
  return heap + indexes;
}
