import { encode } from "uqr";
import { attrs, type Html, html } from "../html.ts";

/** A QR code, dark on light in both color schemes, because some cameras cannot read inverted codes. */
export function qrCode(text: string, label: string): Html {
  // The code includes a quiet zone of four modules (ISO/IEC 18004 §9.1).
  const { data, size } = encode(text, { ecc: "L", border: 4 });
  const box = `0 0 ${size} ${size}`;
  return html`<svg${attrs({ class: "qr", role: "img", "aria-label": label })} viewBox="${box}" shape-rendering="crispEdges"><path fill="#fff" d="${`M0 0h${size}v${size}H0z`}"/><path stroke="#000" d="${data.map(rowOf).join("")}"/></svg>`;
}

/** The dark runs of one row, as strokes of height 1. */
function rowOf(row: boolean[], y: number): string {
  let path = "";
  let at = -1;
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    let end = x;
    while (row[end]) end++;
    path += `${at < 0 ? `M${x} ${y}.5` : `m${x - at} 0`}h${end - x}`;
    at = end;
    x = end;
  }
  return path;
}
