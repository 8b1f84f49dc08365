import { pow } from "../../math/pow.js";
import type { CommonOptions, UpdateRule } from "./update-rule.js";

export type AdanSettings = CommonOptions & {
  /** Of gradient, gradient difference and second moment; the paper writes 1 - these. */
  betas: readonly [number, number, number];
  weightDecay: number;
  /** Decay as AdamW does, before the step; false: the proximal one, after it. */
  noProx: boolean;
};

/** Adan as in `../adan.ts`, which has the formulas and their source. */
export const adanRule: UpdateRule<AdanSettings> = {
  className: "Adan",
  defaults: {
    learningRate: 1e-3,
    betas: [0.98, 0.92, 0.99],
    eps: 1e-8,
    weightDecay: 0,
    noProx: false,
    maxGradNorm: 0,
  },
  slots: ["m", "v", "n", "previous_gradient"],
  clipEps: ({ eps }) => eps,

  update(tf, { learningRate, betas, eps, weightDecay, noProx }, step, variable, g, slots) {
    const [b1, b2, b3] = betas;
    const d = step === 1 ? tf.zerosLike(g) : tf.sub(g, slots.previous_gradient!);
    const m = tf.add(tf.mul(slots.m!, b1), tf.mul(g, 1 - b1));
    const v = tf.add(tf.mul(slots.v!, b2), tf.mul(d, 1 - b2));
    const n = tf.add(tf.mul(slots.n!, b3), tf.mul(tf.square(tf.add(g, tf.mul(d, b2))), 1 - b3));
    const momentum = tf.add(tf.mul(m, 1 / (1 - pow(b1, step))), tf.mul(v, b2 / (1 - pow(b2, step))));
    const scale = tf.add(tf.mul(tf.sqrt(n), 1 / Math.sqrt(1 - pow(b3, step))), eps);
    const move = tf.mul(tf.div(momentum, scale), learningRate);
    const decay = learningRate * weightDecay;
    const moved = noProx
      ? tf.sub(tf.mul(variable, 1 - decay), move)
      : tf.mul(tf.sub(variable, move), 1 / (1 + decay));
    return { variable: moved, slots: { m, v, n, previous_gradient: g } };
  },
};
