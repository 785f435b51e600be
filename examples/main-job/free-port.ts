const tries = 20;

/** Listens on the first free port of `first`, `first + step`, …; after some tries on any that is free. */
export async function onFreePort<T>(first: number, step: number, listen: (port: number) => Promise<T>): Promise<T> {
  for (let port = first; port < first + tries * step; port += step) {
    try {
      return await listen(port);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }
  return await listen(0);
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "port_in_use" || code === "EADDRINUSE";
}
