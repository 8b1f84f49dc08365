import { parentPort, workerData } from "node:worker_threads";
import { packError } from "../../src/packed-error.js";
import type { EnvArguments } from "../arguments.js";
import type { AnyEnv } from "../registry.js";
import { spacesOf } from "./batch-spaces.js";
import { sendable } from "./sendable.js";
import { SubEnvs } from "./sub-envs.js";
import { viewBuffers } from "./vector-buffers.js";
import type { VectorCall, VectorReply, VectorThreadData } from "./vector-thread-node.js";

// A part of a vector's environments in a thread of its own. Numbers travel through shared memory; messages carry
// infos, states and what is small.

const data = workerData as VectorThreadData;
const envs: AnyEnv[] = [];
let part: SubEnvs | undefined;

parentPort!.on("message", async (call: VectorCall) => {
  let reply: VectorReply;
  try {
    reply = { kind: "value", value: await answer(call) };
  } catch (error) {
    reply = { kind: "error", error: packError(error) };
  }
  try {
    parentPort!.postMessage(reply);
  } catch (error) {
    // An info that holds what can't be cloned, a function say.
    parentPort!.postMessage({ kind: "error", error: packError(error) } satisfies VectorReply);
  }
});

async function answer(call: VectorCall): Promise<unknown> {
  switch (call.kind) {
    case "make":
      await makeEnvs();
      return envs.map(spacesOf);
    case "attach": {
      const buffers = viewBuffers(call.memory, call.shape);
      part = new SubEnvs(envs, data.firstEnv, call.shape, buffers, data.autoreset);
      return undefined;
    }
    case "reset":
      return part!.reset(call.request);
    case "step":
      return part!.step();
    case "call":
      return part!
        .call(call.name, call.args)
        .map((value, k) => sendable(value, `"${call.name}" of sub-environment ${data.firstEnv + k}`));
    case "setAttr":
      return part!.setAttr(call.name, call.values);
    case "state":
      return part!.state();
    case "restore":
      return part!.restore(call.states);
    case "close":
      for (const env of envs) env.close();
  }
}

async function makeEnvs(): Promise<void> {
  const { make } = (await import(data.module)) as {
    make: (id: string, kwargs: EnvArguments) => Promise<AnyEnv>;
  };
  for (const kwargs of data.kwargs) envs.push(await make(data.id, kwargs));
}
