import type { Compilable } from "kysely";
import type { Connection } from "./database.ts";

/** In a query's text: the member of this name, of what the query is run with. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The rows, on the database or in an open transaction. */
export type Prepared<Values, Row> = (on: Connection, values: Values) => Promise<Row[]>;

/**
 * A query that is built once, for the back channel's paths: building and compiling costs several times what the
 * database takes to answer. `values` gives placeholders: the query may pass them on and must not look at them.
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
