import assert from "node:assert/strict";
import { test } from "node:test";
import { wcagContrast } from "culori";
import fc from "fast-check";
import { isColour, palettesOf, surfaces } from "../../../src/ui/branding/palette.ts";

const anyColour = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
  .map((channels) => `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`);

test("text in and on the tenant's color is readable, light and dark, for any color", () => {
  fc.assert(
    fc.property(anyColour, (colour) => {
      const palettes = palettesOf(colour);
      for (const scheme of ["light", "dark"] as const) {
        const { brand, brandDeep, onBrand, brandWash } = palettes[scheme];
        for (const ground of [...surfaces[scheme], brandWash]) {
          assert.ok(wcagContrast(brand, ground) >= 4.5, `${colour}: ${brand} on ${ground}`);
          assert.ok(wcagContrast(brandDeep, ground) >= 4.5, `${colour}: ${brandDeep} on ${ground}`);
        }
        assert.ok(wcagContrast(onBrand, brand) >= 4.5, `${colour}: ${onBrand} on ${brand}`);
        assert.ok(wcagContrast(onBrand, brandDeep) >= 4.5, `${colour}: ${onBrand} on ${brandDeep}`);
      }
    }),
    { numRuns: 500 },
  );
});

test("a color that is readable remains unchanged on light pages", () => {
  assert.equal(palettesOf("#3b5bdb").light.brand, "#3b5bdb");
  assert.equal(palettesOf("#004e2a").light.brand, "#004e2a");
});

test("black, white and gray make a palette too", () => {
  for (const colour of ["#000", "#fff", "#808080"]) assert.doesNotThrow(() => palettesOf(colour));
});

test("only hex digits are accepted as a color, because it goes into the style sheet", () => {
  for (const colour of ["#3b5bdb", "#35d", "#ABCDEF"]) assert.equal(isColour(colour), true, colour);
  for (const text of ["", "red", "#12345", "#3b5bdb;}", "#3b5bdb ", "url(x)", "#zzzzzz"]) {
    assert.equal(isColour(text), false, text);
    assert.throws(() => palettesOf(text), TypeError);
  }
});
