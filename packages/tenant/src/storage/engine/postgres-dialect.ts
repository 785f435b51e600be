import {
  CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type TransactionSettings,
} from "kysely";
import pg from "pg";

interface TransactionDefaults {
  /** The schema of the tables. */
  schema: string;
  readOnly: boolean;
}

/**
 * Kysely's dialect for sessions that keep nothing: behind a pooler, settings of a session reach other clients. So each
 * transaction brings its own, in the message that begins it. Statements outside a transaction name the schema of their
 * tables instead.
 */
export class StoreDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #settings: TransactionDefaults;

  constructor(config: PostgresDialectConfig, defaults: TransactionDefaults) {
    super(config);
    this.#config = config;
    this.#settings = defaults;
  }

  override createDriver(): PostgresDriver {
    return new StoreDriver(this.#config, this.#settings);
  }
}

class StoreDriver extends PostgresDriver {
  readonly #settings: TransactionDefaults;

  constructor(config: PostgresDialectConfig, defaults: TransactionDefaults) {
    super(config);
    this.#settings = defaults;
  }

  /** The store is written for READ COMMITTED, whatever the server's default. */
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { schema, readOnly } = this.#settings;
    const { isolationLevel = "read committed", accessMode = readOnly ? "read only" : "read write" } = settings;
    const begin = `begin isolation level ${isolationLevel} ${accessMode}`;
    const path = `set local search_path to ${pg.escapeIdentifier(schema)}`;
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${path}`));
  }
}
