import { collectDefaultMetrics, Registry } from "prom-client";
import { createHealth } from "../../packages/tenant/src/server/health.ts";
import { createMetrics } from "../../packages/tenant/src/server/metrics.ts";

export interface MetricDescription {
  name: string;
  type: string;
  labels: string[];
}

/** The metrics of the tenant, in the order of `/metrics`, without those of the process. */
export function tenantMetrics(): Promise<MetricDescription[]> {
  return described(createMetrics(createHealth()).registry);
}

async function described(registry: Registry): Promise<MetricDescription[]> {
  const metrics = registry.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[];
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  return metrics.map(({ name, labelNames }) => ({ name, type: types.get(name)!, labels: labelNames }));
}

/** The names of all series: a histogram has three. */
export async function seriesNames(): Promise<Set<string>> {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  const all = [...(await tenantMetrics()), ...(await described(ofProcess))];
  return new Set(
    all.flatMap(({ name, type }) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

/** The metrics that an expression of PromQL reads. */
export const metricsIn = (expression: string): string[] => [
  ...new Set(expression.match(/\b(?:doorcode|process|nodejs)_\w+/g) ?? []),
];
