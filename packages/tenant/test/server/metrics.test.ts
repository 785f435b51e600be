import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHealth } from "../../src/server/health.ts";
import { createMetrics, type Metrics } from "../../src/server/metrics.ts";

const poll = { method: "POST", route: "/:tenant/oauth2/v2.0/token", status: 400 };
const labels = `method="${poll.method}",route="${poll.route}",status="${poll.status}"`;
const pending = `${labels},outcome="authorization_pending"`;

function observePolls(metrics: Metrics, ...seconds: number[]): void {
  for (const each of seconds) metrics.observe(poll.method, poll.route, poll.status, "authorization_pending", each);
}

async function sampleOf(metrics: Metrics, series: string): Promise<number | undefined> {
  const line = (await metrics.text()).split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe("metrics", () => {
  test("have a histogram of durations, whose buckets count what took at most that long", async () => {
    const metrics = createMetrics(createHealth());
    observePolls(metrics, 0.0005, 0.004, 0.004, 20);
    const upTo = (le: string) =>
      sampleOf(metrics, `doorcode_http_request_duration_seconds_bucket{le="${le}",${pending}}`);
    assert.deepEqual([await upTo("0.001"), await upTo("0.0025"), await upTo("0.005")], [1, 1, 3]);
    assert.deepEqual([await upTo("10"), await upTo("+Inf")], [3, 4]);
  });

  test("count requests and their seconds, the same however often they are read", async () => {
    const metrics = createMetrics(createHealth());
    observePolls(metrics, 0.25, 0.5);
    metrics.observe("GET", "/healthz", 200, "success", 1);
    metrics.observe(poll.method, poll.route, poll.status, "slow_down", 0);
    await metrics.text();
    assert.equal(await sampleOf(metrics, `doorcode_http_requests_total{${labels}}`), 3, "both outcomes");
    assert.equal(await sampleOf(metrics, `doorcode_http_request_seconds_total{${labels}}`), 0.75);
    const healthy = 'method="GET",route="/healthz",status="200"';
    assert.equal(await sampleOf(metrics, `doorcode_http_requests_total{${healthy}}`), 1);
    observePolls(metrics, 0.25);
    assert.equal(await sampleOf(metrics, `doorcode_http_requests_total{${labels}}`), 4);
  });

  test("of one tenant are separate from another's", async () => {
    const [one, other] = [createMetrics(createHealth()), createMetrics(createHealth())];
    observePolls(one, 0.1);
    assert.equal(await sampleOf(other, `doorcode_http_requests_total{${labels}}`), undefined);
  });

  test("are in the text format that Prometheus reads", async () => {
    const metrics = createMetrics(createHealth());
    assert.equal(metrics.contentType, "text/plain; version=0.0.4; charset=utf-8");
    assert.match(await metrics.text(), /^# TYPE doorcode_http_request_duration_seconds histogram$/m);
    assert.match(await metrics.text(), /^# TYPE doorcode_http_requests_total counter$/m);
  });
});
