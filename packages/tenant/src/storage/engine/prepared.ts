import type { Compilable } from "kysely";
import type { Bound, Connection } from "./database.ts";

/** A placeholder in a query's text for the member of this name in the query's values. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export interface Prepared<Values, Row> {
  /** Runs the query on the database or in an open transaction. Returns the rows. */
  (on: Connection, values: Values): Promise<Row[]>;
  /** The query with its values, to be run together with others. */
  with(values: Values): Bound<Row>;
}

/**
 * A query that is built and compiled once, for the back channel: building and compiling takes several times as long as
 * the database. `values` gives placeholders: the query may pass them on but must not inspect them.
 */
export function prepared<Values extends object, Row>(
  build: (values: Values) => Compilable<Row>,
): Prepared<Values, Row> {
  const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) });
  const query = build(placeholders as Values).compile();
  const parametersOf = (values: Values) =>
    query.parameters.map((each) => (each instanceof Placeholder ? values[each.name as keyof Values] : each));
  const run = async (on: Connection, values: Values) =>
    (await on.executeQuery<Row>({ ...query, parameters: parametersOf(values) })).rows;
  return Object.assign(run, {
    with: (values: Values): Bound<Row> => ({ text: query.sql, parameters: parametersOf(values) }),
  });
}

const members = new Map<string, string>();

/** The names of a result's columns as the query builder returns them: `client_id` is `clientId`. */
export function memberOf(column: string): string {
  const known = members.get(column);
  if (known !== undefined) return known;
  const member = column.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  members.set(column, member);
  return member;
}
