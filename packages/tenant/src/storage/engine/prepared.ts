import type { Compilable } from "kysely";
import type { Connection } from "./database.ts";

/** A placeholder in a query's text for the member of this name in the query's values. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Runs the query on the database or in an open transaction. Returns the rows. */
export type Prepared<Values, Row> = (on: Connection, values: Values) => Promise<Row[]>;

/**
 * A query that is built and compiled once, for the back channel: building and compiling takes several times as long as
 * the database. `values` gives placeholders: the query may pass them on but must not inspect them.
 */
export function prepared<Values extends object, Row>(
  build: (values: Values) => Compilable<Row>,
): Prepared<Values, Row> {
  const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(String(name)) });
  const query = build(placeholders as Values).compile();
  return async (on, values) => {
    const parameters = query.parameters.map((each) =>
      each instanceof Placeholder ? values[each.name as keyof Values] : each,
    );
    return (await on.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
