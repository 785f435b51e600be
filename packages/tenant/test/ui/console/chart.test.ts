import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Chart, chart, niceTop } from "../../../src/ui/console/chart.ts";

const words: Chart["words"] = {
  number: (many) => many.toLocaleString("en"),
  summary: (parts) => parts.join(", "),
  table: "As a table",
  from: "From",
};

const day = (bars: Chart["bars"]): Chart => ({
  ...{ id: "c", title: "Sign-ins", span: "last hour", labelEvery: 2, words, bars },
  series: [
    { name: "Signed in", tone: "main" },
    { name: "Refused", tone: "bad" },
  ],
});

const heights = (markup: string, tone: string) =>
  [
    ...markup.matchAll(
      new RegExp(`<rect class="fill-${tone}" x="[^"]*" y="([^"]*)" width="[^"]*" height="([^"]*)"`, "g"),
    ),
  ].map(([, y, height]) => ({ y: Number(y), height: Number(height) }));

describe("a bar chart", () => {
  const markup = chart(
    day([
      { label: "12:00", counts: [100, 0] },
      { label: "12:05", counts: [50, 50] },
      { label: "12:10", counts: [0, 0] },
      { label: "12:15", counts: [0, 1] },
    ]),
  ).toString();

  test("says in words what it shows, and has the same numbers as a table", () => {
    assert.match(markup, /role="img" aria-label="Sign-ins, last hour. Signed in: 150, Refused: 51"/);
    const rows = [...markup.matchAll(/<tr><th scope="row">([^<]*)<\/th><td>([^<]*)<\/td><td>([^<]*)<\/td>/g)];
    assert.deepEqual(
      rows.map(([, ...cells]) => cells),
      [
        ["12:00", "100", "0"],
        ["12:05", "50", "50"],
        ["12:10", "0", "0"],
        ["12:15", "0", "1"],
      ],
    );
  });

  test("draws each part in proportion, the next one on top of it, and one of very many still visibly", () => {
    const [signedIn, half] = heights(markup, "main");
    const [refused, single] = heights(markup, "bad");
    assert.equal(half!.height * 2, signedIn!.height);
    assert.equal(refused!.y + refused!.height, half!.y);
    assert.equal(single!.height, 2);
    assert.equal(heights(markup, "main").length, 2);
  });

  test("labels every second bar on its axis", () => {
    const labels = [...markup.matchAll(/<text class="axis" x="[^"]*" y="154">([^<]*)</g)].map(([, label]) => label);
    assert.deepEqual(labels, ["12:00", "12:10"]);
  });

  test("needs no style attribute and no script, and escapes what it is given", () => {
    const wild = chart(day([{ label: "<script>", counts: [1, 0] }])).toString();
    assert.doesNotMatch(wild, /<script|style=|on\w+=/);
  });

  test("is whole without any counts, and without bars", () => {
    for (const bars of [[], [{ label: "12:00", counts: [0, 0] }]]) {
      assert.match(chart(day(bars), true).toString(), /Signed in: 0, Refused: 0/);
    }
    assert.doesNotMatch(chart(day([]), true).toString(), /<table/);
  });

  test("the axis ends at a round number", () => {
    const tops = [0, 1, 4, 5, 9, 11, 20, 21, 99, 100, 101, 12_345].map(niceTop);
    assert.deepEqual(tops, [4, 4, 4, 5, 10, 20, 20, 50, 100, 100, 200, 20_000]);
  });
});
