import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { devicecode, poll, refresh } from "../../bench/cases.ts";
import { replaceRow, replaceSection } from "../../bench/page-section.ts";
import { partOf, sharesByPart } from "../../bench/profile/parts.ts";
import { fallenRatios, lowest, type Ratios } from "../../bench/ratios.ts";
import { readmeRows } from "../../bench/report.ts";
import { plot } from "../../bench/scale/plot.ts";

const root = new URL("../../", import.meta.url);
const textOf = (path: string) => readFile(new URL(path, root), "utf8");

describe("the guard of the ratios", () => {
  const accepted: Ratios = { [poll.name]: { ofBare: 0.6, ofPeer: 3 }, [refresh.name]: { ofPeer: 1 } };
  /** Each call returns the next result, and notes which cases were asked for. */
  const measurements = (...results: Ratios[]) => {
    const asked: string[][] = [];
    const measure = async (cases: { name: string }[]) => {
      asked.push(cases.map(({ name }) => name));
      return results[asked.length - 1]!;
    };
    return { asked, measure };
  };

  test("passes after one measurement in which no ratio is more than 15% lower", async () => {
    const { asked, measure } = measurements({
      [poll.name]: { ofBare: 0.52, ofPeer: 4 },
      [refresh.name]: { ofPeer: 0.86 },
    });
    assert.deepEqual(await fallenRatios(accepted, 4, measure), []);
    assert.deepEqual(asked, [[poll.name, refresh.name]]);
  });

  test("measures only what was not good yet, and takes each ratio's best measurement", async () => {
    const { asked, measure } = measurements(
      { [poll.name]: { ofBare: 0.3, ofPeer: 3 }, [refresh.name]: { ofPeer: 1 } },
      { [poll.name]: { ofBare: 0.6, ofPeer: 1 } },
    );
    assert.deepEqual(await fallenRatios(accepted, 4, measure), []);
    assert.deepEqual(asked, [[poll.name, refresh.name], [poll.name]]);
  });

  test("fails for a ratio that is more than 15% lower in every measurement, or is not measured any more", async () => {
    const bad = { [poll.name]: { ofBare: 0.5, ofPeer: 3 } };
    const { asked, measure } = measurements(bad, bad, bad, bad, bad);
    assert.deepEqual(await fallenRatios(accepted, 4, measure), [
      "pending poll, ofBare: 0.50, 0.50, 0.50, 0.50; accepted: 0.6",
      `${refresh.name}, ofPeer: not measured, not measured, not measured, not measured; accepted: 1`,
    ]);
    assert.equal(asked.length, 4);
  });

  test("accepts the lowest ratios of several runs", () => {
    const runs = [{ [poll.name]: { ofBare: 0.6, ofPeer: 3.2 } }, { [poll.name]: { ofBare: 0.7, ofPeer: 3 } }];
    assert.deepEqual(lowest(runs), { [poll.name]: { ofBare: 0.6, ofPeer: 3 } });
  });

  test("knows every case, and every accepted ratio is of a case", async () => {
    const committed = JSON.parse(await textOf("bench/baseline.json")) as Ratios;
    assert.deepEqual(Object.keys(committed), [poll.name, devicecode.name, refresh.name]);
    for (const [name, { ofPeer }] of Object.entries(committed)) assert.ok(ofPeer! > 0, name);
  });
});

describe("the sections that benchmarks write", () => {
  test("replace only what is between their marks", () => {
    const page = "a\n<!-- bench: yes -->\n\nold\n\n<!-- end -->\nb\n<!-- bench: held -->\n\nold\n\n<!-- end -->\n";
    const written =
      "a\n<!-- bench: yes -->\n\n$1 new\n\n<!-- end -->\nb\n<!-- bench: held -->\n\nold\n\n<!-- end -->\n";
    assert.equal(replaceSection(page, "bench: yes", "$1 new"), written);
    assert.throws(() => replaceSection(page, "bench: no", "new"), /no mark <!-- bench: no -->/);
  });

  test("are all in docs/performance.md", async () => {
    const page = await textOf("docs/performance.md");
    for (const name of ["requests", "profile", "scale", "purge", "yes", "held", "start"]) {
      assert.match(replaceSection(page, `bench: ${name}`, "new"), /\nnew\n/);
    }
  });

  test("have their rows in README.md", async () => {
    const readme = await textOf("README.md");
    const row = { perSecond: 1, limitedByLoad: false, databaseMicroseconds: 1.2, ofBare: null, ofPeer: null };
    const more = { p50: 1, p99: 1, resident: null, cpuMicroseconds: 87.4 };
    const rows = readmeRows([{ case: poll.name, server: "Doorcode, PostgreSQL", ...row, ...more }]);
    assert.equal(Object.values(rows)[0], "PostgreSQL 87 + 1: [the table](docs/performance.md)");
    for (const name of Object.keys(rows)) assert.ok(replaceRow(readme, name, "new").includes(`| ${name} | new |`));
  });
});

describe("the plot", () => {
  const panel = {
    title: "Polls & codes",
    across: "waiting <codes>",
    unit: "µs",
    lines: [
      {
        name: "SQLite",
        points: [
          [1_000, 80],
          [1_000_000, 95],
        ] as [number, number][],
      },
    ],
  };

  test("keeps its text as text, and has colors for light and dark", () => {
    const image = plot([panel, panel, panel]);
    for (const text of ["Polls &amp; codes", "waiting &lt;codes>", "SQLite", "1,000,000"]) {
      assert.match(image, new RegExp(`<text [^>]*>${text}</text>`));
    }
    assert.match(image, /prefers-color-scheme: dark/);
    assert.match(image, /viewBox="0 0 920 580"/);
  });

  test("draws larger values higher, and each tenfold the same distance apart", () => {
    const points: [number, number][] = [
      [1, 10],
      [10, 20],
      [100, 30],
    ];
    const image = plot([{ ...panel, lines: [{ name: "SQLite", points }] }]);
    const drawn = /<polyline points="([^"]+)"/.exec(image)![1]!.split(" ");
    const [x1, x2, x3] = drawn.map((point) => Number(point.split(",")[0])) as [number, number, number];
    const [y1, y2, y3] = drawn.map((point) => Number(point.split(",")[1])) as [number, number, number];
    assert.ok(y1 > y2 && y2 > y3);
    assert.ok(Math.abs(x2 - x1 - (x3 - x2)) < 0.2);
  });
});

describe("the profile by part", () => {
  test("counts native code toward its caller, and leaves out idle time", () => {
    const frame = (functionName: string, url = "") => ({ functionName, url });
    const file = new URL("packages/tenant/src/oauth/form.ts", root).href;
    const shares = sharesByPart(
      {
        nodes: [
          { id: 1, callFrame: frame("(root)"), children: [2, 4, 5] },
          { id: 2, callFrame: frame("parseForm", file), children: [3] },
          { id: 3, callFrame: frame("decode") },
          { id: 4, callFrame: frame("(idle)") },
          { id: 5, callFrame: frame("onread", "node:internal/tls/wrap") },
        ],
        samples: [2, 3, 4, 5],
        timeDeltas: [10, 20, 500, 30],
      },
      (url) => partOf(url, root),
    );
    assert.deepEqual(Object.fromEntries(shares), { "tenant oauth/": 0.5, "Node.js TLS": 0.5 });
  });

  test("names the library of a file in node_modules", () => {
    const of = (path: string) => partOf(new URL(path, root).href, root);
    assert.equal(of("node_modules/fastify/lib/route.js"), "library fastify");
    assert.equal(of("node_modules/@fastify/error/index.js"), "library @fastify/error");
    assert.equal(of("bench/servers/tenant.ts"), "the bench's own server file");
  });
});
