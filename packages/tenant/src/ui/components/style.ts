import type { Palette, Palettes } from "../branding/palette.ts";

/** Colors and fonts, in both color schemes. */
const colours = `
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
`;

/**
 * Type and page frame. Lengths follow the user's text size (rem). Directions are logical, for right-to-left
 * scripts.
 */
const foundation = `
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

/** The parts of pages: fields, buttons, cards, messages. */
const components = `
form{display:flex;flex-direction:column;margin:0}
.field{margin-block-end:1.1rem;display:flex;flex-direction:column}
label,.label{font-weight:600;font-size:.95rem;margin-block-end:.4rem}
.labels{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;column-gap:1rem}
.show{margin-block:-.85rem -.6rem;font-size:.9rem}
.hint{color:var(--soft);font-size:.88rem;margin:.4rem 0 0}
.input{inline-size:100%;min-block-size:3.1rem;padding:.6rem .9rem;border:1.5px solid var(--edge);border-radius:var(--radius-small);
  background:var(--card);color:var(--ink);font:inherit;caret-color:var(--brand)}
.input:focus{outline:2px solid var(--brand);outline-offset:-2px;border-color:var(--brand);box-shadow:0 0 0 4px color-mix(in srgb,var(--brand) 20%,transparent)}
.input[aria-invalid]{border-color:var(--bad-ink)}
.input[aria-invalid]:focus{outline-color:var(--bad-ink);box-shadow:0 0 0 4px color-mix(in srgb,var(--bad-ink) 18%,transparent)}
.input::placeholder{color:var(--soft);opacity:1}
.code-input{min-block-size:4.4rem;padding:.6rem .5rem;text-align:center;text-transform:uppercase;border-radius:var(--radius);
  font:600 clamp(1.2rem,6.4vw,1.9rem)/1.2 var(--mono);letter-spacing:.16em;text-indent:.16em}
.digits{text-align:center;font:600 1.5rem/1.2 var(--mono);letter-spacing:.2em;text-indent:.2em;min-block-size:3.8rem}
fieldset{border:0;margin:0;padding:0;min-inline-size:0}
legend{padding:0}
.choice{display:flex;align-items:flex-start;gap:.7rem;min-block-size:2.75rem;padding-block:.6rem;margin:0;font-weight:400;cursor:pointer}
.choice input{flex:none;inline-size:1.35rem;block-size:1.35rem;margin:.05rem 0 0;accent-color:var(--brand)}
.choice+.hint{margin-block-start:0}
form>p.aside{margin:-.9rem 0 1rem}
.hint.wrong{color:var(--bad-ink);font-weight:600}
.button{display:flex;align-items:center;justify-content:center;inline-size:100%;min-block-size:3.3rem;padding:.7rem 1rem;margin:0;
  border:2px solid transparent;border-radius:var(--radius-small);background:var(--brand);color:var(--on-brand);
  font:600 1rem/1.3 var(--sans);text-align:center;text-decoration:none;cursor:pointer}
.button:hover{background:var(--brand-deep)}
.button.alt{background:var(--sheet);color:var(--ink);border-color:var(--edge)}
.button.danger{background:var(--bad-ink);color:var(--sheet)}
.button.danger:hover{background:var(--bad-ink);filter:brightness(.92)}
.button.alt:hover{border-color:var(--ink)}
.button+.button,form+.button,.button+form{margin-block-start:.65rem}
.link,.text-button{display:inline-flex;align-items:center;min-block-size:2.75rem;min-inline-size:2.75rem;color:var(--brand);
  font:600 .95rem/1.3 var(--sans);text-decoration:underline;text-decoration-thickness:1.5px;text-underline-offset:.2em}
.text-button{padding:0;border:0;background:none;cursor:pointer;text-align:start}
.link:hover,.text-button:hover{color:var(--brand-deep)}
.aside{display:flex;flex-wrap:wrap;align-items:center;column-gap:.5rem;margin:.6rem 0 0;color:var(--soft);font-size:.95rem}
.account{display:flex;flex-wrap:wrap;align-items:center;column-gap:.5rem;color:var(--soft);font-size:.9rem;margin:0 0 .4rem}
.account .text-button{font-size:.9rem}
.aside+.aside{margin:0}
.ways{flex-direction:column;align-items:start}
.card:has(.ticks){padding-block-end:.65rem}
.card{background:var(--inset);border:1px solid var(--line);border-radius:var(--radius);padding:1rem 1.1rem;margin:0 0 1rem}
.facts{font-size:.95rem;display:grid;gap:.45rem}
.facts>div{display:grid;grid-template-columns:auto minmax(0,1fr);column-gap:1rem;align-items:baseline}
.facts dt{color:var(--soft);overflow-wrap:normal}
.facts dd{margin:0;font-weight:600;text-align:end}
.facts i{font-style:normal;font-weight:400}
.facts dd span{display:block;font-weight:400;color:var(--soft);font-size:.88rem}
.facts.apart>div{display:flex;flex-wrap:wrap;justify-content:space-between}
.facts.apart dd{min-inline-size:0;margin-inline-start:auto}
.shown-code{text-align:center;border:1.5px solid var(--edge);padding-block:.8rem}
.shown-code dl{margin:0}
.shown-code dt{color:var(--soft);font-size:.88rem}
.shown-code dd{margin:0}
.shown-code p{color:var(--soft);font-size:.92rem;margin:.3rem 0 0;text-wrap:balance}
.code-shown{font:600 clamp(1.3rem,7.4vw,1.9rem)/1.25 var(--mono);letter-spacing:.06em}
.ticks{margin:0;padding:0;list-style:none;font-size:.95rem}
.ticks li{display:flex;gap:.7rem;padding-block:.42rem;border-block-start:1px solid var(--line)}
.ticks li:first-child{border:0}
.ticks svg{flex:none;inline-size:1em;block-size:1em;margin-block-start:.26em;color:var(--brand)}
.card.new{border:2px solid var(--brand)}
.card.new h2{color:var(--brand)}
.card:has(>details:first-child){padding-block:.3rem}
.card:has(>.ticks+details){padding-block-end:.3rem}
summary{padding-block:.62rem;min-block-size:2.75rem;cursor:pointer;font-size:.95rem;font-weight:600;color:var(--soft)}
.ticks+details{border-block-start:1px solid var(--line)}
.note{border-radius:var(--radius-small);padding:.75rem .95rem;margin:0 0 1.1rem;font-size:.92rem;border:1px solid transparent}
.note strong{display:block}
.warn{background:var(--warn-bg);color:var(--warn-ink)}
.bad{background:var(--bad-bg);color:var(--bad-ink);font-weight:600}
.good{background:var(--good-bg);color:var(--good-ink)}
form+.note,.button+.note{margin:1.4rem 0 0}
.step{font-size:.85rem;font-weight:600;color:var(--soft);margin:0 0 .35rem}
.compare{margin:.4rem 0 1.3rem;padding:1.5rem .75rem;text-align:center;background:var(--inset);border:1.5px solid var(--edge);
  border-radius:var(--radius);font:600 clamp(1.3rem,7.4vw,2.2rem)/1.2 var(--mono);letter-spacing:.08em}
.person{display:flex;align-items:center;gap:.9rem}
.face{flex:none;inline-size:2.9rem;block-size:2.9rem;border-radius:50%;background:var(--brand-wash);color:var(--brand);
  display:grid;place-items:center;font-weight:700;font-size:1.15rem}
.person div{min-inline-size:0}
.person strong,.person div span{display:block}
.person div span{color:var(--soft);font-size:.92rem}
.end p{text-wrap:pretty}
h1+.card,h1+.note{margin-block-start:.7rem}
form+.hint{margin-block-start:1rem}
.well{text-align:center;padding-block:2.6rem 1.2rem}
.well p{text-wrap:balance}
.well .button{margin-block-start:1.4rem}
.sign{inline-size:4.5rem;block-size:4.5rem;border-radius:50%;margin:0 auto 1.4rem;display:grid;place-items:center;
  background:var(--brand-wash);color:var(--brand);border:1px solid transparent}
.sign svg{inline-size:2.1rem;block-size:2.1rem}
.passkey{margin-block-start:.65rem}
.passkey+.button{margin-block-start:.65rem}
.way h2{margin-block-end:.15rem}
.way p{color:var(--soft);font-size:.92rem;margin:0}
.pages{display:flex;flex-wrap:wrap;justify-content:space-between;column-gap:1rem}
.way>.link,.way>form{margin-block-end:-.5rem}
hr{inline-size:100%;border:0;border-block-start:1px solid var(--line);margin:1.6rem 0 1.2rem}
.rows{list-style:none;margin:0;padding:0}
.rows{margin-block:.3rem .2rem}
.card>.rows:only-child{margin-block:-.6rem}
.rows a,.rows.plain li{display:block;padding-block:.6rem;border-block-start:1px solid var(--line);color:var(--ink);text-decoration:none}
.rows li:first-child a,.rows.plain li:first-child{border:0}
.rows a strong{color:var(--brand);text-decoration:underline;text-decoration-thickness:1.5px;text-underline-offset:.2em}
.rows strong,.rows span{display:block}
.rows span{color:var(--soft);font-size:.88rem}
.lines{white-space:pre;overflow-x:auto;overflow-wrap:normal;margin:0;font-size:.9rem}
.qr{display:block;inline-size:100%;max-inline-size:15rem;margin:0 auto .6rem;border-radius:.5rem}
.key .mono{display:block;font-weight:600;overflow-wrap:normal}
.codes{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(11rem,100%),1fr));gap:.35rem 1rem;
  font:600 1rem/1.5 var(--mono);letter-spacing:.04em}
@media (min-width:40em) and (max-height:56em){
  body{padding-block:1.1rem}
  header{margin-block-end:.7rem}
  main{padding:1.3rem 2rem}
  h1{margin-block-end:.25rem}
  .lede{margin-block-end:.7rem}
  .field{margin-block-end:.7rem}
  .choice{padding-block:.45rem;min-block-size:2.75rem}
  .choice+.hint{margin-block-start:-.35rem}
  .input{min-block-size:2.75rem;padding-block:.4rem}
  .button{min-block-size:2.8rem;padding-block:.5rem}
  .button+.button,form+.button,.button+form,.passkey{margin-block-start:.5rem}
  .note{padding-block:.5rem;margin-block-end:.7rem}
  .aside{margin-block-start:.25rem}
}
@media (min-width:40em){.well{padding-block:1.2rem .4rem}}
#decide{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(8.5rem,100%),1fr));gap:.65rem}
#decide .button{margin:0;padding-inline:.4rem}
@media (max-width:30em){.long #decide{grid-template-columns:1fr;gap:.5rem}.long #decide .button{min-block-size:2.9rem;padding-block:.5rem}}
@media (min-height:40em){
  .in-sight #decide{position:sticky;inset-block-end:0;margin:0 -.25rem -1rem;padding:1rem .25rem;background:linear-gradient(transparent,var(--sheet) 1rem)}
}
@media (prefers-reduced-motion:no-preference){
  .button{transition:background-color .12s,border-color .12s,transform .08s}
  .button:active{transform:scale(.985)}
  .draw path{stroke-dasharray:26;animation:draw .45s .1s ease-out both}
  @keyframes draw{from{stroke-dashoffset:26}to{stroke-dashoffset:0}}
}
@media (forced-colors:active){.mark,.face{border:1px solid CanvasText}.button{border-color:ButtonText}}
`;

/** Everything except the tenant's color, without line breaks. */
const base = (foundation + components).replace(/\n\s*/g, "");

const plainColours = colours.replace(/\n\s*/g, "");

const sheets = new WeakMap<Palettes, string>();

/** The complete style sheet, built once for each color. */
export function styleOf(palettes: Palettes): string {
  let sheet = sheets.get(palettes);
  if (sheet === undefined) {
    sheet = `${coloursOf(palettes)}${base}`;
    sheets.set(palettes, sheet);
  }
  return sheet;
}

/** The custom properties of all style sheets: the tenant's color, and those that do not depend on it. */
export function coloursOf(palettes: Palettes): string {
  return `:root{${variables(palettes.light)}}@media (prefers-color-scheme:dark){:root{${variables(palettes.dark)}}}${plainColours}`;
}

function variables({ brand, brandDeep, onBrand, brandWash }: Palette): string {
  return `--brand:${brand};--brand-deep:${brandDeep};--on-brand:${onBrand};--brand-wash:${brandWash}`;
}
