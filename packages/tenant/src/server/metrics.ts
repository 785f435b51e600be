/** Counts of requests by route pattern and status, in Prometheus' text format. */
export interface Metrics {
  count(method: string, route: string, status: number, seconds: number): void;
  text(): string;
}

interface Series {
  labels: string;
  requests: number;
  seconds: number;
}

export function createMetrics(): Metrics {
  const all = new Map<string, Series>();
  return {
    // On the poll's path: one short key and a look-up; labels are spelled out once.
    count(method, route, status, seconds) {
      const key = `${status}${method}${route}`;
      let series = all.get(key);
      if (!series) {
        series = { labels: `{method="${method}",route="${route}",status="${status}"}`, requests: 0, seconds: 0 };
        all.set(key, series);
      }
      series.requests++;
      series.seconds += seconds;
    },
    text() {
      const lines = [
        "# HELP doorcode_http_requests_total Requests answered.",
        "# TYPE doorcode_http_requests_total counter",
        ...[...all.values()].map(({ labels, requests }) => `doorcode_http_requests_total${labels} ${requests}`),
        "# HELP doorcode_http_request_seconds_total Time spent on them.",
        "# TYPE doorcode_http_request_seconds_total counter",
        ...[...all.values()].map(
          ({ labels, seconds }) => `doorcode_http_request_seconds_total${labels} ${seconds.toFixed(6)}`,
        ),
      ];
      return `${lines.join("\n")}\n`;
    },
  };
}
