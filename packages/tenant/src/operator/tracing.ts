import type { Logger } from "pino";
import { withTimeout } from "../kernel/time.ts";

/** The SDK sends what it still has. A collector that does not answer must not keep the process from ending. */
const FLUSH_MS = 2_000;

/** The variables of OpenTelemetry that ask for traces. */
const ASKING = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"] as const;

/** The variable that asks for traces, if one does. */
function askedBy(env: NodeJS.ProcessEnv): string | undefined {
  if (env.OTEL_SDK_DISABLED === "true" || env.OTEL_TRACES_EXPORTER === "none") return undefined;
  return ASKING.find((name) => env[name]);
}

/**
 * Starts the OpenTelemetry SDK if a variable asks for traces. The tenant also runs without it, because these variables
 * are often set for all programs of a machine. Returns a function that sends the remaining spans and stops the SDK.
 *
 * @param env the environment of this process, which the SDK reads itself
 */
export async function startTracing(env: NodeJS.ProcessEnv, log: Logger): Promise<() => Promise<void>> {
  const variable = askedBy(env);
  if (variable === undefined) return async () => undefined;
  const sdk = await loadSdk();
  if (sdk === undefined) {
    log.warn(
      { variable },
      "no traces: @opentelemetry/sdk-node is not installed; install it next to doorcode, or unset the variable",
    );
    return async () => undefined;
  }
  // By default, the SDK also reports the command line and the OS user.
  env.OTEL_NODE_RESOURCE_DETECTORS ??= "env";
  const running = new sdk.NodeSDK({
    serviceName: env.OTEL_SERVICE_NAME ?? "doorcode-tenant",
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  running.start();
  const end = async () => {
    await withTimeout(FLUSH_MS, running.shutdown()).catch((err: unknown) =>
      log.warn({ err }, "the last spans could not be sent"),
    );
  };
  let ended: Promise<void> | undefined;
  return () => (ended ??= end());
}

async function loadSdk() {
  try {
    return await import("@opentelemetry/sdk-node");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
