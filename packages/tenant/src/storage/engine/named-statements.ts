import pg from "pg";

/** More texts than the verbs have; lists of varying length make many more, which are parsed each time. */
const NAMED_AT_MOST = 300;

/**
 * A client that names each statement with parameters, so that a connection has PostgreSQL parse and plan it once:
 * without it that is most of what a short statement costs there.
 */
export function namingClient(): typeof pg.Client {
  const names = new Map<string, string>();
  let last = 0;
  const nameOf = (text: string) => {
    let name = names.get(text);
    if (name === undefined && names.size < NAMED_AT_MOST) {
      name = `doorcode_${++last}`;
      names.set(text, name);
    }
    return name;
  };

  class NamingClient extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: a dozen overloads, of which those with text and values are ours.
    override query(...args: any[]): any {
      const [text, values] = args;
      const ours = args.length === 2 && typeof text === "string" && Array.isArray(values) && values.length > 0;
      const name = ours ? nameOf(text) : undefined;
      // biome-ignore lint/suspicious/noExplicitAny: handed on as it came.
      if (name === undefined) return (super.query as any)(...args);
      return super.query({ name, text, values }).catch((error: unknown) => {
        // Another name makes a new plan.
        if (isOutdatedPlan(error)) names.delete(text);
        throw error;
      });
    }
  }
  return NamingClient;
}

/** A table got another column since the statement was prepared (a newer node migrated); run again it is planned anew. */
export function isOutdatedPlan(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === "0A000" && routine === "RevalidateCachedQuery";
}
