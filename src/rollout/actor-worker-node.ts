import { parentPort, workerData } from "node:worker_threads";
import { Arena } from "../kernels/arena.js";
import { loadKernels } from "../kernels/load.js";
import { packError } from "../packed-error.js";
import { Actor } from "./actor.js";
import type { PolicyEnv } from "./env-slot.js";
import { attachRolloutBuffer } from "./rollout-buffer.js";
import type { ActorCall, ActorPart, ActorReply, ActorWorkerData } from "./worker-actor-pool-node.js";

// An actor in a thread of its own: makes its environments at the first call, then answers calls one by one. Numbers
// travel through the shared arena; messages carry only what is small.

const data = workerData as ActorWorkerData;
let making: Promise<Actor> | undefined;
let actor: Actor | undefined;

parentPort!.on("message", async (call: ActorCall) => {
  let reply: ActorReply;
  try {
    making ??= makeActor();
    actor = await making;
    reply = { kind: "value", value: answer(actor, call) };
  } catch (error) {
    reply = { kind: "error", error: packError(error), moment: actor?.moment };
  }
  parentPort!.postMessage(reply);
});

async function makeActor(): Promise<Actor> {
  const arena = Arena.attach(data.memory, data.regions);
  const { make } = (await import(data.env.module)) as {
    make: (id: string, options: Readonly<Record<string, unknown>>) => Promise<PolicyEnv>;
  };
  const envs: PolicyEnv[] = [];
  for (let k = 0; k < data.envCount; k++) envs.push(await make(data.env.id, data.env.options));
  return new Actor({
    kernels: await loadKernels(data.device, arena),
    allocate: (name) => arena.get(name, "f32"),
    shape: data.shape,
    layout: data.layout,
    parameters: arena.get("parameters", "f32"),
    buffer: attachRolloutBuffer(arena, data.rollout),
    envs,
    firstEnv: data.firstEnv,
    settings: data.settings,
  });
}

function answer(actor: Actor, call: ActorCall): ActorPart | undefined {
  switch (call.kind) {
    case "ready":
      return undefined;
    case "start": {
      actor.start();
      const isCounted = data.settings.observationMoments === "per_step";
      return { report: isCounted ? actor.endRollout() : undefined, states: actor.state() };
    }
    case "collect":
      actor.beginRollout(call.moments);
      actor.collect(0, data.rollout.steps);
      return { report: actor.endRollout(), states: actor.state() };
    case "restore":
      actor.restore(call.states);
      return undefined;
  }
}
