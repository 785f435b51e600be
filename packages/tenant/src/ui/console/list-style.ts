/** Of the pages about what a tenant has. */
export const listStyle = `
.form{max-inline-size:46rem}
select.input{inline-size:auto;max-inline-size:100%}
.link{color:var(--brand);font-weight:600;display:inline-flex;align-items:center;min-block-size:2.3rem}
td a{display:inline-block;padding-block:.15rem;margin-block:-.15rem}
.plain-list{list-style:none;margin:0 0 .6rem;padding:0}
.plain-list li{padding:.45rem 0;border-block-start:1px solid var(--line)}
.plain-list li:first-child{border:0}
.plain-list li>span{color:var(--soft)}
.members li{display:flex;justify-content:space-between;align-items:center;gap:.8rem}
.action{padding-block:.7rem;border-block-start:1px solid var(--line)}
.action>.hint{margin:0 0 .6rem}
.card+.action{margin-block-start:.9rem;border:0}
details.action>summary{font-weight:600;min-block-size:2.3rem;display:list-item;padding-block:.45rem}
.inner{margin:.2rem 0 1rem;padding:.9rem 1rem 0;border:1px solid var(--line);border-radius:.75rem}
.inner .field:last-child{margin-block-end:.7rem}
.inner .acts{padding-block-end:.9rem}
.feed>div{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:.6rem;padding-block:.25rem}
.feed time{color:var(--soft)}
.card form+.facts{border-block-start:1px solid var(--line);margin-block-start:1.1rem;padding-block-start:.9rem}
.card>.hint+form,.card>form+form{margin-block-start:.9rem}
form:has([name=grants][value=default]:checked) .own-grants{display:none}
.tabs{display:flex;flex-wrap:wrap;gap:0 1.1rem;margin-block-end:.9rem;border-block-end:1px solid var(--line)}
.tabs a{padding:.5rem .1rem;margin-block-end:-1px;color:var(--soft);font-weight:600;text-decoration:none;border-block-end:2px solid transparent}
.tabs a[aria-current]{color:var(--ink);border-color:var(--brand)}
.mailed-code+.tabs{margin-block-start:.9rem}
.secret{font:650 1.35rem/1.4 var(--mono);letter-spacing:.04em;color:var(--brand);display:block;margin-block:.4rem .7rem}
.card>.hint+.action{margin-block-start:.7rem}
.form>.action:only-child{border:0;padding:0}
.card form+h3,.card ul+h3{margin-block-start:1.2rem}
.card .cmd+p,.card .table+p,.card .table+.inner{margin-block-start:.9rem}
textarea.input{min-block-size:4.5rem}
textarea.code{min-block-size:20rem}
pre.code{overflow:visible}
.code{font:.93rem/1.55 var(--mono);white-space:pre}
textarea.code{overflow-x:auto;overflow-wrap:normal}
.problems{margin:.5rem 0 0;padding-inline-start:1.4rem;max-block-size:18rem;overflow-y:auto}
.steps-list{list-style:none;margin:0 0 1rem;padding:0}
.steps-list li{padding:.55rem .75rem;border-inline-start:3px solid var(--line);margin-block-end:.4rem}
.steps-list .create{border-color:var(--good-ink)}.steps-list .change{border-color:var(--brand)}.steps-list .delete{border-color:var(--bad-ink)}
.steps-list dl{margin:.3rem 0 0;display:grid;gap:.2rem}
.steps-list dl>div{display:grid;grid-template-columns:minmax(6rem,14rem) minmax(0,1fr);gap:.8rem}
.steps-list dt{color:var(--soft)}.steps-list dd{margin:0}
.steps-list del{color:var(--bad-ink)}.steps-list ins{color:var(--good-ink);text-decoration:none}
@media (max-width:40em){.list tbody tr:first-child{border:0}}
@media (max-width:52em){.feed>div,.steps-list dl>div{grid-template-columns:minmax(0,1fr);gap:0}.link,details.action>summary{min-block-size:2.75rem}}
`;
