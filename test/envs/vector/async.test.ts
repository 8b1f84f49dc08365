import { afterEach, describe, expect, it } from "vitest";
import type { VectorEnv } from "../../../envs/vector/index.js";
import { fingerprint } from "../../support/ppo-run.js";
import { expectRecorded, MODES, type RecordedRun, recordedRuns } from "./recorded-run.js";

// Workers run compiled modules: this test needs dist, which `npm test` builds first.
const { makeVec, RecordVectorEpisodeStatistics } = (await import(
  new URL("../../../dist/envs/vector/index.js", import.meta.url).href
)) as typeof import("../../../envs/vector/index.js");

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((envs) => envs.close()));
});

async function makeAsync(id: string, options: Omit<Parameters<typeof makeVec>[1] & object, "mode">) {
  const envs = await makeVec(id, { ...options, mode: "async" });
  open.push(envs);
  return envs;
}

const optionsOf = (run: RecordedRun) => ({
  numEnvs: run.max_episode_steps.length,
  autoreset: MODES[run.autoreset],
  kwargs: run.max_episode_steps.map((limit) => ({ max_episode_steps: limit })),
});

describe("a vector environment in worker threads", () => {
  it.each(recordedRuns.filter(({ vector }) => vector === "AsyncVectorEnv"))(
    "repeats $name as Gymnasium recorded it",
    async (run) => {
      const envs = await makeAsync(run.id, { ...optionsOf(run), threads: 2 });
      await expectRecorded(run.statistics ? new RecordVectorEpisodeStatistics(envs) : envs, run);
    },
  );

  it.each([
    ["next_step", [3]],
    ["same_step", [2]],
  ] as const)(
    "gives the bits of one thread and takes up its state, whatever the number of threads (%s)",
    async (autoreset, threadCounts) => {
      const options = {
        numEnvs: 3,
        autoreset,
        kwargs: [{ max_episode_steps: 2 }, { max_episode_steps: 5 }, { max_episode_steps: 3 }],
      };
      const withStatistics = (envs: VectorEnv) => new RecordVectorEpisodeStatistics(envs, { now: () => 0 });
      const sync = withStatistics(await makeVec("HalfCheetah-v5", options));
      sync.actionSpace.seed(8);
      const actions = Array.from({ length: 9 }, () => sync.actionSpace.sample());
      await sync.reset({ seed: 3 });
      const saved = await sync.state();
      const straight: string[] = [];
      for (const action of actions) straight.push(fingerprint((await sync.step(action)) as never));
      for (const threads of threadCounts) {
        const envs = withStatistics(await makeAsync("HalfCheetah-v5", { ...options, threads }));
        await envs.reset({ seed: 3 });
        expect(fingerprint(await envs.state())).toBe(fingerprint(saved));
        for (const [t, action] of actions.entries()) {
          expect(fingerprint((await envs.step(action)) as never)).toBe(straight[t]);
        }
        await envs.restore(saved);
        for (const [t, action] of actions.entries()) {
          expect(fingerprint((await envs.step(action)) as never)).toBe(straight[t]);
        }
        expect(fingerprint(await envs.state())).toBe(fingerprint(await sync.state()));
      }
      await sync.close();
    },
  );

  it("refuses a call while another is under way, and a wait without a call", async () => {
    const envs = await makeAsync("Pendulum-v1", { numEnvs: 2, threads: 2 });
    await expect(envs.stepWait()).rejects.toMatchObject({
      name: "NoAsyncCall",
      message: "stepWait() was called without a call of stepAsync() before it.",
    });
    envs.resetAsync({ seed: 1 });
    expect(() => envs.stepAsync([0, 0])).toThrow(
      "stepAsync() was called while resetAsync() still waits for its answer.",
    );
    await expect(envs.stepWait()).rejects.toMatchObject({ name: "NoAsyncCall" });
    await expect(envs.state()).rejects.toMatchObject({ name: "AlreadyPendingCall" });
    const { observations } = await envs.resetWait();
    expect(observations).toHaveLength(6);
    const step = envs.step([0, 0]);
    await expect(envs.step([0, 0])).rejects.toMatchObject({ name: "AlreadyPendingCall" });
    expect((await step).rewards).toHaveLength(2);
  });

  it("with autoreset disabled refuses to step what has ended, as one thread does", async () => {
    const envs = await makeAsync("Pendulum-v1", {
      numEnvs: 2,
      autoreset: "disabled",
      kwargs: [{}, { max_episode_steps: 1 }],
    });
    await envs.reset({ seed: 0 });
    const { truncations } = await envs.step([0, 0]);
    await expect(envs.step([0, 0])).rejects.toThrow("The episodes at index 1 have ended");
    await envs.reset({ options: { reset_mask: truncations } });
    expect([...(await envs.step([0, 0])).truncations]).toEqual([0, 1]);
  });

  it("tells an environment's own error, and goes on", async () => {
    const envs = await makeAsync("Pendulum-v1", { numEnvs: 2, threads: 2 });
    await expect(envs.step([0, 0])).rejects.toMatchObject({
      name: "ResetNeeded",
      code: "reset-needed",
      message: "step() was called before the first reset().",
    });
    await envs.reset({ seed: 1 });
    expect((await envs.step([0, 0])).rewards).toHaveLength(2);
    await expect(makeVec("Pendulun-v1", { mode: "async" })).rejects.toMatchObject({
      name: "NameNotFound",
      message: 'There is no environment "Pendulun-v1". Did you mean "Pendulum"?',
    });
    await expect(makeVec("Pendulum-v1", { mode: "async", threads: 0 })).rejects.toThrow(
      "threads must be a whole number of at least 1, got 0.",
    );
  });

  const moduleOf = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;

  it("makes environments of a module of the user's own, and tells when an info can't leave its thread", async () => {
    const module = moduleOf(`
      import { make as inner } from ${JSON.stringify(new URL("../../../dist/envs/index.js", import.meta.url).href)};
      export async function make(id, { secret }) {
        const env = await inner("Pendulum-v1");
        const step = env.step.bind(env);
        env.step = (action) => ({ ...step(action), reward: 5, info: { id, secret: secret && (() => 1) } });
        return env;
      }`);
    const envs = await makeAsync("mine", { numEnvs: 2, module, kwargs: { secret: false } });
    await expect(envs.reset({ options: { low: () => 1 } })).rejects.toThrow("could not be cloned");
    await envs.reset({ seed: 1 });
    const { rewards, info } = await envs.step([0, 0]);
    expect([...rewards]).toEqual([5, 5]);
    expect(info["id"]).toEqual(["mine", "mine"]);
    const telling = await makeAsync("mine", { numEnvs: 2, module, kwargs: { secret: true } });
    await telling.reset({ seed: 1 });
    await expect(telling.step([0, 0])).rejects.toThrow("could not be cloned");
  });

  it("tells when a thread ends by itself, and can still be closed", async () => {
    const module = moduleOf(`
      import { make as inner } from ${JSON.stringify(new URL("../../../dist/envs/index.js", import.meta.url).href)};
      export async function make() {
        const env = await inner("Pendulum-v1");
        env.step = () => process.exit(3);
        return env;
      }`);
    const envs = await makeAsync("mine", { numEnvs: 2, module, threads: 1 });
    await envs.reset({ seed: 1 });
    for (const call of ["step", "reset", "state"] as const) {
      await expect(envs[call]([0, 0] as never)).rejects.toThrow(
        "A thread of environments ended unexpectedly (exit code 3).",
      );
    }
    await envs.close();
  });

  it("closes twice, also with a call under way, and refuses everything afterwards", async () => {
    const envs = await makeAsync("Pendulum-v1", { numEnvs: 2, threads: 2 });
    envs.resetAsync({ seed: 1 });
    await envs.close();
    await envs.close();
    for (const call of ["reset", "step", "resetWait", "stepWait", "state"] as const) {
      await expect(envs[call]([0, 0] as never)).rejects.toMatchObject({
        name: "ClosedEnvironment",
        message: `${call}() was called on a vector environment that is closed.`,
      });
    }
  });
});
