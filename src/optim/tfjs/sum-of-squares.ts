import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "./tensorflow.js";

/** Numbers that are added up one after another. */
const ROW = 1024;
/** So many a plain sum may take: its relative error stays below 1e-5. */
const PLAIN = 16 * ROW;

/**
 * The sum of a tensor's squares, a scalar on the device, in rows and then over the rows: the wasm back end adds in float32 one
 * after another, which of two million squares loses a thousandth. Runs inside a tidy.
 */
export function sumOfSquares(tf: TensorFlow, values: Tensor): Tensor {
  const squares = tf.square(values);
  if (squares.size <= PLAIN) return tf.sum(squares);
  const rows = Math.ceil(squares.size / ROW);
  const padded = tf.pad(tf.reshape(squares, [squares.size]), [[0, rows * ROW - squares.size]]);
  return tf.sum(tf.sum(tf.reshape(padded, [rows, ROW]), 1));
}
