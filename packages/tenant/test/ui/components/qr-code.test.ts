import assert from "node:assert/strict";
import { test } from "node:test";
import jsqr from "jsqr";
import { qrCode } from "../../../src/ui/components/qr-code.ts";

/** Four pixels per module, as a camera would see the picture. */
function decoded(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const scale = 4;
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  let x = 0;
  let y = 0;
  const path = /stroke="#000" d="([^"]*)"/.exec(svg)?.[1] ?? "";
  for (const [, command, first, second] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    if (command === "M") [x, y] = [Number(first), Number(second) - 0.5];
    else if (command === "m") x += Number(first);
    else {
      for (let row = y * scale; row < (y + 1) * scale; row++) {
        for (let column = x * scale; column < (x + Number(first)) * scale; column++) {
          pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
        }
      }
      x += Number(first);
    }
  }
  return jsqr.default(pixels, width, width)?.data;
}

test("the picture contains its input, short or long", () => {
  const long = `otpauth://totp/${"%D9%83".repeat(60)}:${"a".repeat(200)}%40contoso.example?secret=${"A".repeat(32)}`;
  for (const text of [
    "x",
    "otpauth://totp/Contoso:ada%40contoso.example?secret=JBSWY3DPEHPK3PXP&issuer=Contoso",
    long,
  ]) {
    assert.equal(decoded(qrCode(text, "label").toString()), text);
  }
});

test("it is an image with a name", () => {
  assert.match(qrCode("x", "a <b>").toString(), /<svg class="qr" role="img" aria-label="a &lt;b&gt;"/);
});
