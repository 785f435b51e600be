import { type Html, html } from "../html.ts";

/** `main`: what should happen. `quiet`: what a user decided otherwise. `bad`: what was refused. */
export type Tone = "main" | "quiet" | "bad";

/** What one part of each bar counts. */
export interface Series {
  name: string;
  tone: Tone;
}

/** One bar. `label`: its beginning, such as "14:00". `counts`: one for each series. */
export interface Bar {
  label: string;
  counts: readonly number[];
}

export interface Chart {
  /** Unique on the page. */
  id: string;
  title: string;
  /** Of what time, such as "last hour". */
  span: string;
  series: readonly Series[];
  bars: readonly Bar[];
  /** Every so many bars get their label on the axis. */
  labelEvery: number;
  words: {
    number(many: number): string;
    /** The sums of the series as one sentence. */
    summary(parts: string[]): string;
    table: string;
    from: string;
  };
}

/** In units of the drawing, which is as wide as its container: the style makes labels larger in them where it is narrow. */
const WIDTH = 600;
const HEIGHT = 160;
/** What the labels of both axes need where they are largest. */
const LEFT = 56;
const BOTTOM = 30;
const TOP = 10;

/**
 * Stacked bars as SVG, with the same numbers as a table. Colors come from classes, because the content security policy
 * allows no style attributes; both themes and the table need no script.
 *
 * @param compact without the table, for a small chart beside other things: the summary is its text alternative
 */
export function chart({ id, title, span, series, bars, labelEvery, words }: Chart, compact = false): Html {
  const sums = series.map((_, index) => bars.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0));
  const parts = series.map(({ name }, index) => `${name}: ${words.number(sums[index]!)}`);
  const top = niceTop(Math.max(0, ...bars.map(totalOf)));
  const legend = html`<ul class="legend">${series.map(
    ({ name, tone }, index) =>
      html`<li><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="fill-${tone}" width="10" height="10" rx="3"/></svg>${name} <b>${words.number(sums[index]!)}</b></li>`,
  )}</ul>`;
  return html`<figure class="chart" id="${id}"><figcaption><b>${title}</b> <span>${span}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}, ${span}. ${words.summary(parts)}">
${gridLines(top, words.number)}
${bars.map((bar, index) => barAt(bar, index, { count: bars.length, top, series, words }))}
${bars.map(({ label }, index) => index % labelEvery === 0 && axisLabel(label, index, bars.length))}
</svg>
${legend}
${!compact && html`<details><summary>${words.table}</summary>${table(id, { title, series, bars, words })}</details>`}</figure>`;
}

const totalOf = ({ counts }: Bar) => counts.reduce((sum, count) => sum + count, 0);

/** The next 1, 2 or 5 times a power of ten, at least 4: the axis shows whole numbers. */
export function niceTop(highest: number): number {
  if (highest <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 2, 5, 10].find((times) => times * power >= highest) ?? 10) * power;
}

const round = (value: number) => Math.round(value * 10) / 10;
const heightOf = (count: number, top: number) => (count / top) * (HEIGHT - BOTTOM - TOP);

function gridLines(top: number, number: (many: number) => string): Html[] {
  return [0, top / 2, top].map((value) => {
    const y = round(HEIGHT - BOTTOM - heightOf(value, top));
    return html`<line class="grid-line" x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/><text class="axis" x="${LEFT - 6}" y="${y}" dy=".35em" text-anchor="end">${number(value)}</text>`;
  });
}

function barAt(
  bar: Bar,
  index: number,
  { count, top, series, words }: { count: number; top: number; series: readonly Series[]; words: Chart["words"] },
): Html | null {
  if (totalOf(bar) === 0) return null;
  const slot = (WIDTH - LEFT) / count;
  const width = round(slot * 0.72);
  const x = round(LEFT + index * slot + slot * 0.14);
  let y = HEIGHT - BOTTOM;
  const pieces = series.map(({ tone }, part) => {
    const value = bar.counts[part] ?? 0;
    if (value === 0) return null;
    // One of very many is still seen.
    const height = Math.max(heightOf(value, top), 2);
    y -= height;
    return html`<rect class="fill-${tone}" x="${x}" y="${round(y)}" width="${width}" height="${round(height)}" rx="2"/>`;
  });
  const shown = series.flatMap(({ name }, part) =>
    bar.counts[part] ? [`${name}: ${words.number(bar.counts[part])}`] : [],
  );
  return html`<g><title>${bar.label} · ${words.summary(shown)}</title>${pieces}</g>`;
}

function axisLabel(label: string, index: number, count: number): Html {
  const slot = (WIDTH - LEFT) / count;
  return html`<text class="axis" x="${round(LEFT + index * slot + slot * 0.14)}" y="${HEIGHT - 6}">${label}</text>`;
}

function table(id: string, { title, series, bars, words }: Pick<Chart, "title" | "series" | "bars" | "words">): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-caption"><table class="numbers"><caption class="hidden" id="${id}-caption">${title}</caption><thead><tr><th scope="col">${words.from}</th>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${bars.map(
    ({ label, counts }) =>
      html`<tr><th scope="row">${label}</th>${series.map((_, part) => html`<td>${words.number(counts[part] ?? 0)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
