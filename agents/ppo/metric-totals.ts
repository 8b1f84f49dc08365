import type { MinibatchMetrics } from "./learner.js";

/** Adds up the metrics of an iteration's minibatches, for their means. */
export class MetricTotals {
  last: MinibatchMetrics | undefined;
  #count = 0;
  readonly #sums = new Map<keyof MinibatchMetrics, number>();

  add(metrics: MinibatchMetrics): void {
    this.#count += 1;
    this.last = metrics;
    for (const key of Object.keys(metrics) as (keyof MinibatchMetrics)[]) {
      this.#sums.set(key, (this.#sums.get(key) ?? 0) + metrics[key]);
    }
  }

  means(): MinibatchMetrics {
    const mean = (key: keyof MinibatchMetrics) => (this.#sums.get(key) ?? Number.NaN) / this.#count;
    return {
      loss: mean("loss"),
      policyLoss: mean("policyLoss"),
      valueLoss: mean("valueLoss"),
      entropy: mean("entropy"),
      oldApproxKl: mean("oldApproxKl"),
      approxKl: mean("approxKl"),
      clipFraction: mean("clipFraction"),
      gradientNorm: mean("gradientNorm"),
      clipFactor: mean("clipFactor"),
    };
  }
}

/** Euclidean. a, b: equally long. */
export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) * (a[i]! - b[i]!);
  return Math.sqrt(sum);
}
