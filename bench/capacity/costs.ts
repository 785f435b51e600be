/** What an operation costs, as `npm run capacity:measure` measured it. The content of costs.json. */
export interface Costs {
  measured: { machine: string; node: string; postgres: string; commit: string; date: string; loadAverage: number };
  /** CPU time for one operation, in microseconds: of the node, and of PostgreSQL's processes. */
  operations: Record<Operation, Cost>;
  /** Of a poll that is held, in microseconds of CPU time for each second, and its memory in bytes. */
  heldPoll: { node: number; database: number; memory: number };
  /** CPU time to check one password, in microseconds. */
  password: number;
  /** Bytes for each row in a table of `sizes.rows` rows. */
  sizes: { rows: number; tables: Record<string, { heap: number; indexes: number }> };
  /** Bytes of a process: a node without load, and a connection in PostgreSQL. */
  memory: { node: number; connection: number };
  /** Milliseconds from the start of a decision on one node until another one knows. */
  wakeOnOtherNode: { median: number; p99: number };
}

export const operations = ["poll", "devicecode", "signIn", "renewal"] as const;
export type Operation = (typeof operations)[number];

export interface Cost {
  node: number;
  database: number;
  /** Statements that the node sends, one after the other. */
  statements: number;
  /** Bytes of write-ahead log, without and with the page images that follow a checkpoint. */
  wal: number;
  walAfterCheckpoint: number;
}
