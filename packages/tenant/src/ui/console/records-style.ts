/** Pages about what happened: searches, records, charts, timelines, mails. */
export const recordsStyle = `
.search{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr));gap:.7rem .9rem;align-items:end;margin-block-end:1.2rem}
.filter{display:grid;grid-template-columns:minmax(0,1fr);gap:.25rem;min-inline-size:0;align-content:end}
.filter .input{inline-size:100%}
.search .acts{align-items:end}
.records{list-style:none;margin:0;padding:.2rem 1.15rem;background:var(--card);border:1px solid var(--line);border-radius:1rem}
.records li+li{border-block-start:1px solid var(--line)}
.record>summary{display:grid;grid-template-columns:13rem minmax(0,1fr);gap:.2rem .9rem;padding-block:.55rem;list-style:none;align-items:baseline}
.record>summary::-webkit-details-marker{display:none}
.record>summary time{color:var(--soft);font-size:.93rem}
.record>summary:hover .sentence{text-decoration:underline;text-decoration-color:var(--edge);text-underline-offset:.2em}
.record[open]>summary{font-weight:600}
.record .sentence,.timeline span{position:relative}
.record .sentence{padding-inline-start:1.1rem}
.record .sentence::before{content:"";position:absolute;inset-inline-start:0;inset-block-start:.42em;inline-size:.55rem;block-size:.55rem;border-radius:50%;background:var(--line);border:1px solid var(--edge)}
.record.tone-good .sentence::before{background:var(--good-ink);border-color:var(--good-ink)}
.record.tone-bad .sentence::before{background:var(--bad-ink);border-color:var(--bad-ink);border-radius:.1rem}
.from{color:var(--soft);font-weight:400}
.sentence b,.timeline b{font-weight:600}
.fields{display:grid;gap:.35rem;margin:.1rem 0 .9rem;padding:.8rem 1rem;border-radius:.75rem;background:var(--paper)}
.fields>div{display:grid;grid-template-columns:minmax(6rem,11rem) minmax(0,1fr);gap:1rem}
.fields dt{color:var(--soft)}
.fields dd{margin:0}
.narrow-to{margin-inline-start:.6rem;font-size:.9rem}
.export{margin-block-start:1.2rem;display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:1.3rem;margin-block-end:1.4rem}
.chart{margin:0;min-inline-size:0;container-type:inline-size}
.charts .chart{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1rem 1.15rem}
.chart figcaption{margin-block-end:.6rem}
.chart figcaption span{color:var(--soft)}
.chart svg{display:block;inline-size:100%;block-size:auto;overflow:visible}
.chart .axis{fill:var(--soft);font:11px var(--sans);font-variant-numeric:tabular-nums}
.chart .grid-line{stroke:var(--line);stroke-width:1}
.fill-main{fill:var(--brand)}.fill-quiet{fill:var(--edge)}.fill-bad{fill:var(--bad-ink)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.6rem 0 0;padding:0;font-size:.93rem;color:var(--soft)}
.legend b{color:var(--ink);font-variant-numeric:tabular-nums}
.chart .swatch{display:inline-block;inline-size:.7rem;block-size:.7rem;margin-inline-end:.4rem}
.chart summary{color:var(--soft);font-size:.93rem;padding-block:.5rem 0}
.chart .scroll{max-block-size:15rem;overflow:auto;margin-block-start:.4rem}
.numbers td{text-align:end;font-variant-numeric:tabular-nums}
.numbers th,.numbers td{padding:.3rem .8rem .3rem 0;border-block-start:1px solid var(--line)}
.list td .hint{display:block;max-inline-size:34rem}
.halves{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.3rem;align-items:start}
.halves .card+.card{margin:0}
.halves form{margin-block-start:1.1rem}
.halves form .button{margin-block-start:.6rem}
.facts dd span{display:block;color:var(--soft);font-size:.93rem}
.timeline{list-style:none;margin:0;padding:0}
.timeline li{display:grid;grid-template-columns:12rem minmax(0,1fr);gap:.1rem .9rem;padding:0 0 .9rem 1.3rem;position:relative}
.timeline li::before{content:"";position:absolute;inset-inline-start:0;inset-block-start:.3em;inline-size:.7rem;block-size:.7rem;border-radius:50%;background:var(--card);border:2px solid var(--edge)}
.timeline li:not(:last-child)::after{content:"";position:absolute;inset-inline-start:calc(.35rem - 1px);inset-block:1.15em -.15em;border-inline-start:2px solid var(--line)}
.timeline time{color:var(--soft);font-size:.93rem}
.timeline .step-good::before{border-color:var(--brand);background:var(--brand)}
.timeline .step-bad::before{border-color:var(--bad-ink);background:var(--bad-ink)}
.timeline .step-next{color:var(--soft)}
.timeline .step-next::before{border-style:dashed}
.inbox{list-style:none;margin:0 0 1rem;padding:0;display:grid;gap:.7rem}
.inbox .card+.card{margin:0}
.inbox a{font-weight:600;display:inline-block;padding-block:.1rem}
.inbox .from{display:block}
.mailed-code{margin-block:.7rem}
.mailed-code .cmd{inline-size:fit-content}
.mailed-code code{font:650 1.9rem/1.2 var(--mono);letter-spacing:.06em;color:var(--brand)}
.letter{white-space:pre-wrap;margin:0;max-inline-size:44rem}
.source{white-space:pre-wrap}
.mail-frame{display:block;inline-size:100%;block-size:36rem;max-block-size:75vh;border:1px solid var(--line);border-radius:1rem;background:#fff;color-scheme:light}
main form>.acts{margin-block-start:.8rem}
@container (max-width:599.98px){.chart .axis{font-size:14px}}
@container (max-width:471.98px){.chart .axis{font-size:18px}}
@container (max-width:366.98px){.chart .axis{font-size:22px}}
@container (max-width:299.98px){.chart .axis{font-size:28px}}
@media (max-width:52em){
  .halves{grid-template-columns:minmax(0,1fr)}
  .record>summary,.timeline li{grid-template-columns:minmax(0,1fr)}
  .record>summary time{padding-inline-start:1.1rem}
  .record>summary,.chart summary{min-block-size:2.75rem;align-content:center}
  .fields>div{grid-template-columns:minmax(0,1fr);gap:0}
  .list thead{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)}
  .list,.list tbody,.list tr,.list td{display:block}
  .list tr{padding-block:.6rem;border-block-start:1px solid var(--line)}
  .list td{border:0;padding:.15rem 0}
  .list td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
  .filter .input{min-block-size:2.75rem}
}
@media (forced-colors:active){.fill-quiet{fill:GrayText}.fill-main{fill:LinkText}.fill-bad{fill:Mark}}
`;
