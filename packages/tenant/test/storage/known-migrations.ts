import { type Migration, migrations } from "../../src/storage/migrations/known.ts";

/** What a version knew whose newest migration has this number. */
export const upTo = (number: string): Record<string, Migration> =>
  Object.fromEntries(Object.entries(migrations).filter(([name]) => name.slice(0, 4) <= number));

/** This version with further migrations. */
export const andThen = (more: Record<string, Migration>): Record<string, Migration> => ({ ...migrations, ...more });
