/** What becomes of a ragged last minibatch: trained on as it is, joined to the one before, or left out. */
export type LastMinibatch = "keep" | "merge" | "drop";

/**
 * Cuts `samples` shuffled indices into consecutive minibatches; returns their [start, end) bounds.
 *
 * A minibatch larger than the rollout is the whole rollout.
 */
export function minibatchBounds(samples: number, size: number, last: LastMinibatch): [number, number][] {
  const whole = Math.max(1, Math.floor(samples / size));
  const bounds: [number, number][] = [];
  for (let k = 0; k < whole; k++) bounds.push([k * size, Math.min((k + 1) * size, samples)]);
  const end = bounds.at(-1)![1];
  if (end < samples && last === "keep") bounds.push([end, samples]);
  if (end < samples && last === "merge") bounds.at(-1)![1] = samples;
  return bounds;
}
