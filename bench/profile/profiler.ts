import type { Profile } from "./parts.ts";

/** A connection to the inspector of a process that was started with `--inspect=127.0.0.1:PORT`. */
export async function openProfiler(
  port: number,
): Promise<{ start(): Promise<void>; stop(): Promise<Profile>; close(): void }> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl);
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let last = 0;
  const ended = new Error("The inspector of the measured server closed the connection.");
  socket.addEventListener("close", () => {
    for (const { reject } of waiting.values()) reject(ended);
  });
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data));
    if (error) waiting.get(id)?.reject(new Error(error.message));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const ask = (method: string, params: Record<string, unknown> = {}) => {
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++last, answer);
    socket.send(JSON.stringify({ id: last, method, params }));
    return answer.promise;
  };
  await ask("Profiler.enable");
  return {
    async start() {
      await ask("Profiler.setSamplingInterval", { interval: 500 });
      await ask("Profiler.start");
    },
    stop: async () => (await ask("Profiler.stop")).profile as Profile,
    close: () => socket.close(),
  };
}
