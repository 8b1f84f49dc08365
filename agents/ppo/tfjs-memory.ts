import { RlAdanError } from "../../src/errors.js";
import { flatOptimizerTensors } from "../../src/optim/tfjs/flat-optimizer.js";
import type { LayerLayout } from "../../src/policy/network.js";
import type { LearnerOptions } from "./learner.js";
import type { LearnerDevice } from "./tfjs-device.js";
import { rowsPerPass } from "./tfjs-passes.js";
import { policyHead } from "./tfjs-policy-head.js";

/** What a learner takes of a device at its peak, in bytes. */
export interface DeviceMemory {
  /** The rollout, and an epoch's order of it with what is computed on the host. */
  readonly rollout: number;
  /** The weights and the optimizer's slots. */
  readonly weights: number;
  /** What a pass over samples or a step of the optimizer holds besides. */
  readonly work: number;
  readonly total: number;
  /** The largest tensor. */
  readonly tensor: number;
}

type Plan = Pick<LearnerOptions, "shape" | "layout" | "buffer" | "config">;

/** Advantage, log-prob, return, value. */
const SAMPLE_COLUMNS = 4;
/** [samples, 1] tensors that the losses hold at their peak, and [samples, action] ones. */
const LOSS_COLUMNS = 24;
const LOSS_ACTIONS = 10;

/** Tensors of a layer's outputs that its forward and its backward pass hold at their peaks, besides what they leave. */
const FORWARD_LAYERS = 2;
const BACKWARD_LAYERS = 5;

/** Predicts, from shapes alone, what a learner will take. */
export function deviceMemory(device: LearnerDevice, { shape, layout, buffer, config }: Plan): DeviceMemory {
  const { observationSize: observation } = shape;
  const action = policyHead(device.tf, shape).actionColumns;
  const rows = buffer.steps * buffer.envs;
  const passRows = Math.min(rows, config.minibatch_size, rowsPerPass(device.name, layout));
  const isWhole = passRows === Math.min(rows, config.minibatch_size);
  const { kept, stepping } = flatOptimizerTensors(device.name, config.optimizer);
  const networks = [layout.actor, layout.critic];
  // The gradient in pieces and whole, and that of the passes before.
  const gradients = (isWhole ? 2 : 3) * layout.size;
  const pass =
    gradients +
    Math.max(...networks.map((network) => forwardNumbers(network, passRows, BACKWARD_LAYERS))) +
    passRows * (observation + action + 1 + SAMPLE_COLUMNS + LOSS_COLUMNS + LOSS_ACTIONS * shape.actionSize);
  const step = (2 + stepping) * layout.size;
  const epoch = rows * (SAMPLE_COLUMNS + 1);
  // Values are computed while there is no epoch: of a rollout whose every step may be an episode's last, twice while they are joined.
  const valueRows = Math.min(rows, rowsPerPass(device.name, layout));
  const outputs = 2 * (2 * rows + buffer.envs + valueRows);
  const values =
    forwardNumbers(layout.critic, valueRows, FORWARD_LAYERS) + valueRows * observation + outputs - epoch;
  const minibatches = config.epochs * Math.ceil(rows / config.minibatch_size);
  const bytes = (numbers: number) => numbers * Float32Array.BYTES_PER_ELEMENT;
  const rollout = bytes(rows * (observation + action) + epoch);
  const weights = bytes((1 + kept) * layout.size);
  const work = bytes(Math.max(pass, step, values) + 8 * minibatches);
  const widest = Math.max(...layout.actor.map(({ outputs }) => outputs));
  const tensor = bytes(
    Math.max(rows * Math.max(observation, action, SAMPLE_COLUMNS), layout.size, valueRows * widest),
  );
  return { rollout, weights, work, total: rollout + weights + work, tensor };
}

/** Throws RlAdanError, before anything is allocated, when the learner would need more than the device has. */
export function checkDeviceMemory(device: LearnerDevice, plan: Plan): void {
  const memory = deviceMemory(device, plan);
  const { totalBytes = Number.POSITIVE_INFINITY, tensorBytes = Number.POSITIVE_INFINITY } =
    device.limits ?? {};
  const way = "Choose a smaller rollout, minibatch or network, or device simd.";
  if (memory.total > totalBytes) {
    throw new RlAdanError(
      "device-memory",
      `The learner would take ${mebibytes(memory.total)} of device ${device.name} (rollout ${mebibytes(memory.rollout)}, ` +
        `weights and slots ${mebibytes(memory.weights)}, work ${mebibytes(memory.work)}); its limit is ${mebibytes(totalBytes)}. ${way}`,
    );
  }
  if (memory.tensor > tensorBytes) {
    throw new RlAdanError(
      "device-memory",
      `The learner's largest tensor would take ${mebibytes(memory.tensor)} of device ${device.name}; its limit for one is ` +
        `${mebibytes(tensorBytes)}. ${way}`,
    );
  }
}

/** Of one network: its weights, every layer's outputs, and `layers` more of the widest. */
function forwardNumbers(network: readonly LayerLayout[], rows: number, layers: number): number {
  const weights = network.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const outputs = network.reduce((sum, layer) => sum + layer.outputs, 0);
  const widest = Math.max(...network.map((layer) => layer.outputs));
  return weights + rows * (outputs + layers * widest);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1 << 20))} MiB`;
}
