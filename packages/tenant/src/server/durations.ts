import type { Histogram, Registry } from "prom-client";

/** In seconds. The shortest bucket is about a poll that is answered with one prepared read. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Labels = Record<string, string | number>;

interface Sample {
  metricName: string;
  labels: Labels;
  value: number;
}

/** The durations under one set of labels. */
export class DurationSeries {
  readonly labels: Labels;
  /** Not cumulative; the last one has what no bucket holds. */
  readonly counts = new Float64Array(BUCKETS.length + 1);
  sum = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += seconds;
  }

  get count(): number {
    return this.counts.reduce((sum, each) => sum + each, 0);
  }

  samples(name: string): Sample[] {
    const { labels } = this;
    let total = 0;
    const buckets = [...BUCKETS, "+Inf"].map((le, index) => {
      total += this.counts[index]!;
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  }
}

/**
 * A histogram of durations that polls can afford: prom-client sorts and joins the labels at each observation, which
 * takes longer than the rest of its work. This one is a metric of prom-client's registry.
 */
export class Durations {
  readonly type = "histogram";
  readonly aggregator = "sum";
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly #series = new Map<string, DurationSeries>();

  constructor(registry: Registry, name: string, help: string, labelNames: readonly string[] = []) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    registry.registerMetric(this as unknown as Histogram);
  }

  /** The series with these values, in the order of `labelNames`. Keep it where the values are always the same. */
  of(...values: (string | number)[]): DurationSeries {
    const key = values.join(" ");
    let series = this.#series.get(key);
    if (!series) {
      series = new DurationSeries(Object.fromEntries(this.labelNames.map((name, index) => [name, values[index]!])));
      this.#series.set(key, series);
    }
    return series;
  }

  series(): Iterable<DurationSeries> {
    return this.#series.values();
  }

  /** Called by the registry. */
  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: [...this.#series.values()].flatMap((each) => each.samples(name)) };
  }
}
