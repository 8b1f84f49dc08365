import { pow } from "../../math/pow.js";
import { TORCH_CLIP_EPS } from "../clip.js";
import type { CommonOptions, UpdateRule } from "./update-rule.js";

export type AdamSettings = CommonOptions & { betas: readonly [number, number]; weightDecay: number };

/** Adam with decoupled decay as in `../adam.ts`, which has the formulas and their sources. */
const adam: Omit<UpdateRule<AdamSettings>, "className" | "defaults"> = {
  slots: ["m", "n"],
  clipEps: () => TORCH_CLIP_EPS,

  update(tf, { learningRate, betas, eps, weightDecay }, step, variable, g, slots) {
    const [b1, b2] = betas;
    const m = tf.add(tf.mul(slots.m!, b1), tf.mul(g, 1 - b1));
    const n = tf.add(tf.mul(slots.n!, b2), tf.mul(tf.square(g), 1 - b2));
    const scale = tf.add(tf.mul(tf.sqrt(n), 1 / Math.sqrt(1 - pow(b2, step))), eps);
    const move = tf.mul(tf.div(tf.mul(m, 1 / (1 - pow(b1, step))), scale), learningRate);
    const moved = tf.sub(tf.mul(variable, 1 - learningRate * weightDecay), move);
    return { variable: moved, slots: { m, n } };
  },
};

const defaults: AdamSettings = {
  learningRate: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maxGradNorm: 0,
};

export const adamwRule: UpdateRule<AdamSettings> = {
  ...adam,
  className: "AdamW",
  defaults: { ...defaults, weightDecay: 0.01 },
};

export const adamRelRule: UpdateRule<AdamSettings> = { ...adam, className: "AdamRel", defaults };
