import { join } from "node:path";
import { expect, it } from "vitest";
import { plotLive, train } from "../../src/index.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

it("plotLive trains to the end and shows the curve, with the outcome", async () => {
  const runDirectory = join(folder, "run");
  const settings = { env: "Pendulum", num_envs: 2, num_steps: 256, epochs: 1, hidden_sizes: [8], threads: 1 };
  const shown: string[] = [];
  const outcome = await plotLive(
    train({ ...settings, total_timesteps: 2048 }, { runDirectory }),
    (svg) => shown.push(svg),
    { title: "as it grows" },
  );
  expect(outcome).toMatchObject({ status: "finished", runDirectory });
  expect(shown.at(-1)).toMatch(/^<svg [\s\S]*as it grows[\s\S]*<\/svg>\s*$/);
});

it("plotLive of a training in which no episode ends shows nothing, and has its outcome", async () => {
  const settings = { env: "Pendulum", num_envs: 2, num_steps: 64, epochs: 1, hidden_sizes: [8], threads: 1 };
  const shown: string[] = [];
  const outcome = await plotLive(
    train({ ...settings, total_timesteps: 128 }, { runDirectory: join(folder, "short") }),
    (svg) => shown.push(svg),
  );
  expect([outcome.status, shown]).toEqual(["finished", []]);
});
