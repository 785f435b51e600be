/** Counts of requests by route pattern and status, in Prometheus' text format. */
export interface Metrics {
  count(route: string, method: string, status: number, seconds: number): void;
  text(): string;
}

export function createMetrics(): Metrics {
  const series = new Map<string, { requests: number; seconds: number }>();
  return {
    count(route, method, status, seconds) {
      const labels = `method="${method}",route="${route.replace(/[\\"\n]/g, "_")}",status="${status}"`;
      const found = series.get(labels);
      if (found) {
        found.requests++;
        found.seconds += seconds;
      } else {
        series.set(labels, { requests: 1, seconds });
      }
    },
    text() {
      const lines = [
        "# HELP doorcode_http_requests_total Requests answered.",
        "# TYPE doorcode_http_requests_total counter",
        ...[...series].map(([labels, { requests }]) => `doorcode_http_requests_total{${labels}} ${requests}`),
        "# HELP doorcode_http_request_seconds_total Time spent on them.",
        "# TYPE doorcode_http_request_seconds_total counter",
        ...[...series].map(
          ([labels, { seconds }]) => `doorcode_http_request_seconds_total{${labels}} ${seconds.toFixed(6)}`,
        ),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}
