import type { Palettes } from "../branding/palette.ts";
import { coloursOf } from "../components/style.ts";
import { listStyle } from "./list-style.ts";
import { recordsStyle } from "./records-style.ts";

/** The frame: rail, title, and the width of the content. Denser than the pages of users. */
const frame = `
[hidden]{display:none!important}
*,*::before,*::after{box-sizing:border-box}
html{font-size:87.5%;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-block-size:100vh;background:var(--paper);color:var(--ink);font:1rem/1.45 var(--sans);overflow-wrap:anywhere;
  display:grid;grid-template-columns:15rem minmax(0,1fr)}
a{color:var(--brand);text-underline-offset:.2em}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;margin:0}
h2{font-size:.93rem;line-height:1.35;margin:0 0 .7rem;color:var(--soft);font-weight:600}
h3{font-size:1rem;margin:0 0 .3rem}
p{margin:0 0 .8rem}
.lede,.soft{color:var(--soft)}
.lede{margin:.1rem 0 0}
bdi{overflow-wrap:anywhere}
.mono,code{font-family:var(--mono)}
.hidden{position:absolute;inline-size:1px;block-size:1px;margin:-1px;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:2px solid var(--brand);outline-offset:2px}
main:focus{outline:none}
.skip{position:absolute;inset-inline-start:.6rem;inset-block-start:-4rem;z-index:2;background:var(--card);padding:.6rem .9rem;border-radius:.6rem}
.skip:focus{inset-block-start:.6rem}
.rail{display:flex;flex-direction:column;padding:1.4rem .85rem 1.1rem;border-inline-end:1px solid var(--line);position:sticky;inset-block-start:0;
  block-size:100vh;overflow-y:auto}
.rail .who{display:flex;gap:.65rem;align-items:center;font-weight:650;padding:0 .6rem 1.2rem;color:inherit;text-decoration:none}
.mark{flex:none;inline-size:1.85rem;block-size:1.85rem;border-radius:.55rem;background:var(--brand);color:var(--on-brand);display:grid;place-items:center;font-size:.93rem;line-height:1}
.logo{flex:none;block-size:1.85rem;inline-size:auto;max-inline-size:8rem;object-fit:contain}
.rail ul{list-style:none;margin:0;padding:0;display:grid;gap:.15rem}
.rail ul+ul{border-block-start:1px solid var(--line);margin:.7rem .6rem 0;padding-block-start:.7rem}
.rail ul+ul a{margin-inline:-.6rem}
.rail li a{padding:.5rem .7rem;border-radius:.65rem;color:var(--soft);display:flex;align-items:baseline;justify-content:space-between;gap:.5rem;text-decoration:none;overflow-wrap:normal}
.rail li a:hover{color:var(--ink);background:color-mix(in srgb,var(--brand-wash) 55%,transparent)}
.rail li a[aria-current]{background:var(--brand-wash);color:var(--ink);font-weight:600}
.count{font-weight:600;font-size:.86rem;font-variant-numeric:tabular-nums}
.foot{margin-block-start:auto;padding:1rem .6rem 0;font-size:.9rem}
.foot .here,.narrow .here{color:var(--soft);margin:0 0 .25rem}
.ways{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:center}
.narrow{display:none}
main{padding:1.6rem 2rem 3rem;max-inline-size:86rem}
.top{display:flex;justify-content:space-between;align-items:end;gap:1.4rem;margin-block-end:1.3rem;flex-wrap:wrap}
.top>*{min-inline-size:0}
@media (max-width:52em){
  body{grid-template-columns:minmax(0,1fr);grid-template-rows:auto 1fr}
  .rail{block-size:auto;flex-direction:row;align-items:center;flex-wrap:wrap;justify-content:space-between;padding:.7rem 1rem;
    border-inline-end:0;border-block-end:1px solid var(--line)}
  .rail .who{padding:0}
  .rail .wide{display:none}
  .narrow{display:block}
  .rail{position:relative}
  .narrow[open]{flex-basis:100%}
  .narrow[open]>summary{position:absolute;inset-block-start:.7rem;inset-inline-end:1rem}
  .rail .who{min-block-size:2.75rem}
  .narrow>summary{list-style:none;cursor:pointer;font-weight:600;border:1px solid var(--line);border-radius:.65rem;padding:.55rem .9rem;min-block-size:2.75rem;
    display:flex;align-items:center;inline-size:fit-content;margin-inline-start:auto;background:var(--card)}
  .narrow>summary::-webkit-details-marker{display:none}
  .narrow nav{margin-block:.7rem}
  .rail li a{padding:.75rem .7rem}
  .narrow .ways{padding-inline:.6rem}.narrow .here{padding-inline:.6rem}
  main{padding:1.1rem 1rem 2.5rem}
}
`;

/** Parts of pages: cards, tables, forms, buttons. */
const parts = `
.grid{display:grid;grid-template-columns:minmax(0,1fr) 23rem;gap:1.3rem;align-items:start}
.grid aside{display:grid;gap:1.3rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.1rem 1.15rem;margin:0}
.card+.card{margin-block-start:1.3rem}
.grid aside .card+.card{margin:0}
@media (max-width:72em){.grid{grid-template-columns:minmax(0,1fr)}}
form{margin:0}
.field{display:grid;grid-template-columns:minmax(0,1fr);gap:.3rem;margin-block-end:.9rem}
label,.label,legend{font-weight:600}
.hint{color:var(--soft);font-size:.93rem;margin:.2rem 0 0}
.hint.wrong{color:var(--bad-ink);font-weight:600}
.input{inline-size:100%;min-block-size:2.5rem;padding:.4rem .7rem;border:1px solid var(--edge);border-radius:.65rem;background:var(--card);color:var(--ink);font:inherit}
textarea.input{min-block-size:8rem;font-family:var(--mono);font-size:.93rem;line-height:1.5}
.input:focus{outline:2px solid var(--brand);outline-offset:-1px}
.input[aria-invalid]{border-color:var(--bad-ink)}
fieldset{border:0;margin:0 0 .9rem;padding:0;min-inline-size:0}
fieldset.field{display:block}
legend{padding:0;margin-block-end:.3rem}
fieldset>.field{margin-block-end:.15rem}
fieldset>.hint{margin:0 0 .6rem}
.choice{display:flex;gap:.55rem;align-items:flex-start;font-weight:400;padding-block:.25rem;cursor:pointer}
.choice input{flex:none;inline-size:1.15rem;block-size:1.15rem;margin:.1rem 0 0;accent-color:var(--brand)}
.button{display:inline-flex;align-items:center;justify-content:center;min-block-size:2.3rem;border:1px solid transparent;border-radius:.65rem;padding:.35rem .9rem;
  background:var(--brand);color:var(--on-brand);font:600 .95rem/1.2 var(--sans);text-decoration:none;cursor:pointer}
.button:hover{background:var(--brand-deep)}
.button.alt{background:transparent;color:var(--ink);border-color:var(--edge)}
.button.alt:hover{border-color:var(--ink)}
.button.danger{background:transparent;color:var(--bad-ink);border-color:var(--bad-ink)}
.button.danger:hover{background:var(--bad-bg)}
.text-button{border:0;background:none;padding:.35rem 0;min-block-size:2rem;display:inline-flex;align-items:center;color:var(--brand);font:600 .93rem/1.3 var(--sans);text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
.acts{display:flex;flex-wrap:wrap;gap:.55rem;align-items:start}
.pill{display:inline-block;border-radius:99px;padding:.05rem .6rem;font-size:.86rem;font-weight:600;white-space:nowrap}
.good{background:var(--good-bg);color:var(--good-ink)}
.warn{background:var(--warn-bg);color:var(--warn-ink)}
.bad{background:var(--bad-bg);color:var(--bad-ink)}
.plain{background:var(--brand-wash);color:var(--ink)}
.note{border-radius:.75rem;padding:.7rem .95rem;margin:0 0 1rem}
.note p{margin:.2rem 0 0}
.note form{margin:.7rem 0 .2rem}
.lost{position:sticky;inset-block-start:.6rem;z-index:1}
.cmd{display:flex;align-items:center;gap:.7rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.25rem .35rem .25rem .85rem;
  min-block-size:2.5rem;max-inline-size:100%;font-size:.93rem}
.cmd code{min-inline-size:0;color:var(--soft);padding-block:.3rem;overflow-wrap:anywhere}
.cmd em{font-style:normal;color:var(--ink)}
.copy{flex:none;margin-inline-start:auto;border:0;border-radius:.5rem;background:var(--brand-wash);color:var(--ink);font:600 .86rem/1 var(--sans);padding:.5rem .7rem;min-block-size:2rem;cursor:pointer}
.table{overflow-x:auto}
table{border-collapse:collapse;inline-size:100%}
th{text-align:start;font-size:.9rem;font-weight:600;color:var(--soft);padding:.35rem .8rem .5rem 0;white-space:nowrap}
td{padding:.6rem .8rem .6rem 0;border-block-start:1px solid var(--line);vertical-align:top}
td:last-child,th:last-child{padding-inline-end:0}
.number{text-align:end;font-variant-numeric:tabular-nums}
.facts{display:grid;gap:.45rem;margin:0}
.facts>div{display:grid;grid-template-columns:minmax(7rem,12rem) minmax(0,1fr);gap:1rem}
.facts dt{color:var(--soft)}.facts dd{margin:0}
.pager{display:flex;gap:.6rem;margin-block-start:1rem}
summary{cursor:pointer}
details.more>summary{font-weight:600;color:var(--brand);padding-block:.3rem}
pre{margin:0;overflow-x:auto;font:.93rem/1.5 var(--mono)}
time{font-variant-numeric:tabular-nums}
@media (forced-colors:active){.mark{border:1px solid CanvasText}.button,.pill{border:1px solid ButtonText}}
@media (max-width:52em){.button,.text-button,.copy{min-block-size:2.75rem}.facts>div{grid-template-columns:minmax(0,1fr);gap:0}}
`;

/** The page Now. */
const now = `
.req{padding:1rem 0;border-block-start:1px solid var(--line)}
.req:first-of-type{border:0;padding-block-start:.1rem}
.req:last-of-type{padding-block-end:.1rem}
.req header{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.3rem .85rem;align-items:baseline}
.req h3{font:650 1.3rem/1.2 var(--mono);letter-spacing:.03em;margin:0;white-space:nowrap}
.req header p{margin:0;color:var(--soft)}
.req header .end{color:var(--soft)}
.req.over h3{color:var(--soft)}
.steps{list-style:none;display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:.45rem;margin:.85rem 0 .7rem;padding:0}
.steps.few{grid-template-columns:minmax(0,1fr) minmax(0,3fr) minmax(0,1fr)}
.steps li{font-size:.86rem;color:var(--soft);border-block-start:3px solid var(--line);padding-block-start:.4rem}
.steps li{overflow-wrap:normal}
.steps li span{overflow-wrap:anywhere}
.steps li span{display:block}
.steps .done{border-color:var(--brand);color:var(--ink)}
.steps .present{border-color:var(--brand);color:var(--ink);font-weight:600}
.steps .stopped{border-color:var(--bad-ink);color:var(--bad-ink)}
.acts details[open]{flex-basis:100%}
@supports selector(::details-content){.acts details[open]{display:contents}.acts details[open]::details-content{flex-basis:100%;order:1}}
.acts summary.button{list-style:none}
.acts summary::-webkit-details-marker{display:none}
.choose{border:1px solid var(--line);border-radius:.75rem;padding:.9rem;margin-block-start:.55rem;max-inline-size:30rem}
.letters{list-style:none;margin:0;padding:0}
.letters li{padding:.7rem 0;border-block-start:1px solid var(--line)}
.letters li:first-child{border:0;padding-block-start:0}
.letters p{margin:0;color:var(--soft);font-size:.93rem}
.letters output{font:650 1.7rem/1.3 var(--mono);letter-spacing:.06em;color:var(--brand);display:block;margin-block:.25rem}
.choose .acts{margin:.7rem 0 0}
.feed{list-style:none;margin:0;padding:0;font-size:.93rem}
.feed li{display:grid;grid-template-columns:4.6rem minmax(0,1fr);gap:.5rem;padding:.28rem 0}
.feed time{color:var(--soft)}
.feed b{font-weight:600}
.feed .tone-bad>span{color:var(--bad-ink)}
.feed .mend{display:block;color:var(--soft)}
.empty{color:var(--soft);margin:0}
@media (max-width:40em){.req header p{grid-column:1/-1;grid-row:2}.req header .end{grid-column:3}.steps:not(.few){grid-template-columns:repeat(5,minmax(min-content,1fr))}.steps{gap:.25rem}.steps li{font-size:.79rem}.steps li span{overflow:hidden;text-overflow:ellipsis}}
`;

const sheet = (frame + parts + now + recordsStyle + listStyle).replace(/\n\s*/g, "");

/** The style sheet of the console, for a tenant's color. */
export const consoleStyleOf = (palettes: Palettes): string => `${coloursOf(palettes)}${sheet}`;
