import type { Palette, Palettes } from "../branding/palette.ts";
import { components } from "./style-components.ts";

/** Colours, type and the page's frame. Lengths follow the reader's text size (rem); directions are logical, for right-to-left scripts. */
const foundation = `
:root{
  color-scheme:light dark;
  --paper:#f6f5f2;--sheet:var(--paper);--card:#fff;--inset:#fff;--ink:#1b1b1f;--soft:#5c5c66;--line:#e4e2dc;--edge:#85837b;
  --warn-bg:#fff3d6;--warn-ink:#5f4500;--bad-bg:#fdebe8;--bad-ink:#96210f;--good-bg:#e5f4ea;--good-ink:#14612f;
  --radius:1.1rem;--radius-small:.85rem;
  --sans:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
  --mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
}
@media (prefers-color-scheme:dark){:root{
  --paper:#131316;--card:#1d1d22;--inset:#1d1d22;--ink:#f2f1ee;--soft:#a9a8b3;--line:#32323a;--edge:#7b7b87;
  --warn-bg:#33290f;--warn-ink:#f5d98a;--bad-bg:#3b1a16;--bad-ink:#ffb4a8;--good-bg:#16301f;--good-ink:#9fe0b5;
}}
[hidden]{display:none!important}
*,*::before,*::after{box-sizing:border-box}
html{font-size:106.25%;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-block-size:100vh;min-block-size:100svh;display:flex;flex-direction:column;align-items:center;
  padding:1.5rem max(1.25rem,env(safe-area-inset-right)) max(1.75rem,env(safe-area-inset-bottom)) max(1.25rem,env(safe-area-inset-left));
  background:var(--paper);color:var(--ink);font:1rem/1.5 var(--sans);overflow-wrap:anywhere}
header,main,footer{inline-size:100%;max-inline-size:26rem}
header{display:flex;align-items:center;gap:.6rem;font-weight:600;margin-block-end:1.9rem}
.mark{flex:none;inline-size:1.8rem;block-size:1.8rem;border-radius:.55rem;background:var(--brand);color:var(--on-brand);
  display:grid;place-items:center;font-size:.9rem;line-height:1}
.logo{flex:none;block-size:2rem;inline-size:auto;max-inline-size:9rem;object-fit:contain}
main{display:flex;flex-direction:column}
footer{margin-block-start:auto;padding-block-start:1.75rem;font-size:.85rem;color:var(--soft)}
h1{font-size:1.6rem;line-height:1.2;letter-spacing:-.015em;font-weight:700;margin:0 0 .5rem;text-wrap:balance}
h1 .whole{display:inline-block}
h1 em{font-style:normal;color:var(--brand)}
h2{font-size:.95rem;line-height:1.35;font-weight:600;margin:0 0 .35rem}
p{margin:0 0 1.1rem}
.lede{color:var(--soft)}
bdi{overflow-wrap:anywhere}
.mono{font-family:var(--mono);letter-spacing:.02em}
.hidden{position:absolute;inline-size:1px;block-size:1px;margin:-1px;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:3px solid var(--brand);outline-offset:3px}
@media (min-width:40em){
  :root{--inset:var(--paper);--sheet:var(--card)}
  body{padding-block-start:clamp(1.5rem,6vh,5rem)}
  header{margin-block-end:1.1rem;padding-inline-start:.25rem}
  main{background:var(--card);border:1px solid var(--line);border-radius:1.5rem;padding:2rem}
  footer{margin-block-start:0;padding:1.25rem .25rem 0}
}
`;

/** All but the tenant's colour, without the line breaks that only we need. */
const base = (foundation + components).replace(/\n\s*/g, "");

const sheets = new WeakMap<Palettes, string>();

/** The whole style sheet; made once for each tenant's colour. */
export function styleOf(palettes: Palettes): string {
  let sheet = sheets.get(palettes);
  if (sheet === undefined) {
    sheet = `:root{${variables(palettes.light)}}@media (prefers-color-scheme:dark){:root{${variables(palettes.dark)}}}${base}`;
    sheets.set(palettes, sheet);
  }
  return sheet;
}

function variables({ brand, brandDeep, onBrand, brandWash }: Palette): string {
  return `--brand:${brand};--brand-deep:${brandDeep};--on-brand:${onBrand};--brand-wash:${brandWash}`;
}
