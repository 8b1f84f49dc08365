import { RlAdanError } from "../errors.js";
import type { Activation } from "../kernels/kernels.js";

/**
 * An actor and a critic, two separate fully connected networks with the same hidden layers, and what the distribution
 * over actions has of its own: a free log-std for Gaussian actions, nothing for a choice.
 */
export interface NetworkShape {
  readonly observationSize: number;
  /** Outputs of the actor: dimensions of a box, or the number of choices. */
  readonly actionSize: number;
  /** What the outputs are: means of a Gaussian (the default), or logits. */
  readonly actions?: "gaussian" | "categorical";
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
}

/** One dense layer's place in the flat parameters: weight [outputs][inputs] row-major, then bias [outputs]. */
export interface LayerLayout {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: number;
  readonly bias: number;
}

/**
 * Where everything lies in the flat parameter vector: the actor's layers, log-std [actionSize] (Gaussian actions only), the
 * critic's layers.
 * The actor's part is [0, criticStart), the critic's [criticStart, size).
 */
export interface ParameterLayout {
  readonly actor: readonly LayerLayout[];
  readonly logStd: number;
  readonly critic: readonly LayerLayout[];
  readonly criticStart: number;
  readonly size: number;
}

export function parameterLayout(shape: NetworkShape): ParameterLayout {
  const actor = layers(0, [shape.observationSize, ...shape.hiddenSizes, shape.actionSize]);
  const logStd = end(actor);
  const criticStart = logStd + (shape.actions === "categorical" ? 0 : shape.actionSize);
  const critic = layers(criticStart, [shape.observationSize, ...shape.hiddenSizes, 1]);
  return { actor, logStd, critic, criticStart, size: end(critic) };
}

/** A piece of the flat parameters, [start, end), by the name that messages give it. */
export interface NamedTensor {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Every tensor in order: `actor.0.weight`, `actor.0.bias`, …, `log_std` (Gaussian actions only), `critic.0.weight`, … */
export function namedTensors({ actor, logStd, criticStart, critic }: ParameterLayout): NamedTensor[] {
  const layersOf = (network: string, layout: readonly LayerLayout[]) =>
    layout.flatMap(({ weight, bias, outputs }, index) => [
      { name: `${network}.${index}.weight`, start: weight, end: bias },
      { name: `${network}.${index}.bias`, start: bias, end: bias + outputs },
    ]);
  return [
    ...layersOf("actor", actor),
    ...(criticStart > logStd ? [{ name: "log_std", start: logStd, end: criticStart }] : []),
    ...layersOf("critic", critic),
  ];
}

/** Throws when saved parameters are not this network's. */
export function checkParameterCount(parameters: Float32Array, layout: ParameterLayout): void {
  if (parameters.length === layout.size) return;
  throw new RlAdanError(
    "checkpoint-shape",
    `The checkpoint holds ${parameters.length} parameters, this network has ${layout.size}: ` +
      "it comes from other hidden_sizes or another environment.",
  );
}

/** Multiplications and additions of a sample's forward and backward pass through both networks, products alone. */
export function trainingFlops({ observationSize, actionSize, hiddenSizes }: NetworkShape): number {
  const network = (outputs: number) => {
    const sizes = [observationSize, ...hiddenSizes, outputs];
    return sizes
      .slice(1)
      .map((out, layer) => 2 * sizes[layer]! * out * (layer === 0 ? 2 : 3))
      .reduce((sum, flops) => sum + flops, 0);
  };
  return network(actionSize) + network(1);
}

function layers(start: number, sizes: readonly number[]): LayerLayout[] {
  let offset = start;
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i]!;
    const layer = { inputs, outputs, weight: offset, bias: offset + inputs * outputs };
    offset = layer.bias + outputs;
    return layer;
  });
}

function end(layout: readonly LayerLayout[]): number {
  const last = layout.at(-1)!;
  return last.bias + last.outputs;
}
