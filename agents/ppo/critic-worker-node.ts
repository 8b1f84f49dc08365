import { parentPort, workerData } from "node:worker_threads";
import { Arena } from "../../src/kernels/arena.js";
import { loadKernels } from "../../src/kernels/load.js";
import { CriticHalf } from "./critic-half.js";
import { CriticExchange } from "./critic-thread.js";
import type { CriticWorkerData } from "./critic-thread-node.js";

// The critic's half of every minibatch, in a thread of its own that does nothing else: it never returns to its event loop.

const data = workerData as CriticWorkerData;
const arena = Arena.attach(data.memory, data.regions);
const learner = (name: string) => arena.get(`learner/${name}`, "f32");
const critic = new CriticHalf({
  kernels: await loadKernels(data.device, arena),
  allocate: learner,
  shape: data.shape,
  layout: data.layout,
  parameters: arena.get("parameters", "f32"),
  gradients: learner("gradients"),
  samples: {
    observations: arena.get("rollout/observations", "f32"),
    order: arena.get("learner/order", "i32"),
    returns: learner("returns"),
    values: learner("values"),
  },
  settings: data.settings,
});
const exchange = CriticExchange.attach(arena);
parentPort!.postMessage("ready");

for (;;) {
  exchange.awaitQuestion(data.spinMilliseconds);
  const { start, end } = exchange.question;
  exchange.answer(critic.run(start, end));
}
