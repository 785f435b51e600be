import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { parse } from "yaml";
import { metricsIn, seriesNames, tenantMetrics } from "./metric-names.ts";

const read = (path: string) => readFileSync(path, "utf8");
const folder = "deploy/monitoring";

interface Rules {
  groups: { rules: { alert: string; expr: string; labels: object; annotations: object }[] }[];
}
interface RuleTests {
  tests: { input_series: { series: string }[]; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}
interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { refId: string; expr: string }[];
}
interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string }[] };
  panels: Panel[];
}

const { rules } = (parse(read(`${folder}/doorcode-alerts.yaml`)) as Rules).groups[0]!;
const ruleTests = parse(read(`${folder}/doorcode-alerts.test.yaml`)) as RuleTests;
const dashboard = JSON.parse(read(`${folder}/doorcode-dashboard.json`)) as Dashboard;
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

const promtool = spawnSync("promtool", ["--version"]).error ? "promtool is not installed" : false;

function run(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
  assert.equal(status, 0, `promtool ${args.join(" ")}:\n${stdout}${stderr}`);
}

async function scratchFile(t: TestContext, name: string, text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, name), text);
  return join(dir, name);
}

describe("the alert rules", () => {
  test("are what Prometheus accepts", { skip: promtool }, () =>
    run("check", "rules", `${folder}/doorcode-alerts.yaml`),
  );

  test("raise the expected alerts, and none of a healthy tenant", { skip: promtool }, () =>
    run("test", "rules", `${folder}/doorcode-alerts.test.yaml`),
  );

  test("each have a test in which they are raised, and severity, summary and description", () => {
    const raised = new Set(
      ruleTests.tests
        .flatMap((each) => each.alert_rule_test)
        .filter(({ exp_alerts }) => exp_alerts.length > 0)
        .map(({ alertname }) => alertname),
    );
    assert.deepEqual([...raised].sort(), rules.map(({ alert }) => alert).sort());
    for (const { alert, labels, annotations } of rules) {
      assert.deepEqual(Object.keys(labels), ["severity"], alert);
      assert.deepEqual(Object.keys(annotations), ["summary", "description"], alert);
    }
  });

  test("and their tests name only metrics that a tenant has", async () => {
    const known = await seriesNames();
    const expressions = rules.map(({ expr }) => expr);
    const series = ruleTests.tests.flatMap((each) => each.input_series.map((input) => input.series));
    for (const name of metricsIn([...expressions, ...series].join("\n"))) assert.ok(known.has(name), name);
  });
});

describe("the dashboard", () => {
  test("names only metrics that a tenant has", async () => {
    const known = await seriesNames();
    for (const { title, expr } of queries) {
      const names = metricsIn(expr);
      assert.ok(names.length > 0, title);
      for (const name of names) assert.ok(known.has(name), `${title}: ${name}`);
    }
  });

  test("shows every metric of the tenant, except the sums that histograms have, too", async () => {
    const shown = new Set(metricsIn(queries.map(({ expr }) => expr).join("\n")).map(nameOf));
    const missing = (await tenantMetrics()).map(({ name }) => name).filter((name) => !shown.has(name));
    assert.deepEqual(missing, [
      "doorcode_http_request_seconds_total",
      "doorcode_mail_send_duration_seconds",
      "doorcode_signing_key_age_seconds",
      "doorcode_check_failed",
    ]);
  });

  test("has queries that Prometheus can read", { skip: promtool }, async (t) => {
    const records = queries.map(({ expr }, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
    }));
    const file = await scratchFile(
      t,
      "queries.json",
      JSON.stringify({ groups: [{ name: "dashboard", rules: records }] }),
    );
    run("check", "rules", file);
  });

  test("has panels with title, description, data source and query, that do not overlap", () => {
    assert.match(dashboard.uid, /^[a-z-]{1,40}$/);
    assert.ok(dashboard.title && dashboard.schemaVersion >= 36);
    assert.deepEqual(
      dashboard.templating.list.map(({ name, type }) => [name, type]),
      [
        ["datasource", "datasource"],
        ["instance", "query"],
      ],
    );
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { type, title, description, datasource, targets = [] } of panels) {
      assert.ok(["timeseries", "stat"].includes(type), title);
      assert.ok(title && description, `panel ${title}`);
      assert.equal(datasource?.uid, "$" + "{datasource}", title);
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    }
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        assert.ok(x >= 0 && x < 24, `${title} is outside of the grid`);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.equal(taken.get(`${x} ${y}`), undefined, `${title} covers another panel`);
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });
});

const nameOf = (series: string) => series.replace(/_(?:bucket|sum|count)$/, "");

test("the page about monitoring lists every metric, with its type and labels", async () => {
  const rows = [...read("docs/operate/monitor.md").matchAll(/^\| `(doorcode_\w+)` \| (\w+) \|(.*?)\| .+ \|$/gm)];
  const listed = rows.map(([, name, type, labels]) => ({
    name,
    type,
    labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }));
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) => (a.name! < b.name! ? -1 : 1);
  assert.deepEqual(listed.sort(byName), (await tenantMetrics()).sort(byName));
});
