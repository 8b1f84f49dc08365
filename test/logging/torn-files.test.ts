import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunLog } from "../../src/logging/run-log.js";
import { keptScalars } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const metricsOf = (run: string) => join(run, "metrics.jsonl");
const eventsOf = (run: string) =>
  join(
    run,
    readdirSync(run)
      .filter((name) => name.includes("tfevents"))
      .sort()[0]!,
  );

/** A run that was killed: a checkpoint at step 2 when metrics.jsonl had `metricsBytes`, and `steps` steps logged. */
function killedRun(name: string, steps: number): { run: string; metricsBytes: number } {
  const run = join(folder, name);
  mkdirSync(run);
  const log = new RunLog(run, metricsOf(run));
  let metricsBytes = 0;
  for (let step = 1; step <= steps; step++) {
    log.scalars(step, { "losses/value_loss": step / 2 }, { iteration: step });
    log.flush();
    if (step === 2) metricsBytes = log.metricsBytes;
  }
  return { run, metricsBytes };
}

/** Bytes of the last record: of the event file, one scalar (16 of frame); of metrics.jsonl, a line. */
const lastEvent = (bytes: Buffer) => {
  let start = 0;
  for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) start = at;
  return start;
};
const lastLine = (bytes: Buffer) => bytes.lastIndexOf("\n", bytes.length - 2) + 1;

it.each([
  { what: "an event that the checkpoint does not know", steps: 3, file: eventsOf, last: lastEvent },
  { what: "the event of the checkpoint's own step", steps: 2, file: eventsOf, last: lastEvent },
  { what: "a line that the checkpoint does not know", steps: 3, file: metricsOf, last: lastLine },
])("$what, torn at any byte, leaves a run that logs each step once", ({ steps, file, last }) => {
  const { run, metricsBytes } = killedRun(`killed-${steps}-${file.name}`, steps);
  const bytes = readFileSync(file(run));
  const start = last(bytes);
  expect(bytes.length - start).toBeGreaterThan(40);
  for (let cut = start; cut <= bytes.length; cut++) {
    const torn = `${run}-${cut}`;
    cpSync(run, torn, { recursive: true });
    truncateSync(file(torn), cut);
    const log = new RunLog(torn, metricsOf(torn), { step: 2, metricsBytes });
    log.scalars(3, { "losses/value_loss": -3 }, { iteration: 3 });
    log.close("success");
    expect(keptScalars(torn), `cut at ${cut}`).toEqual([
      "1 losses/value_loss 0.5",
      "2 losses/value_loss 1",
      "3 losses/value_loss -3",
    ]);
    expect(readFileSync(metricsOf(torn), "utf8"), `cut at ${cut}`).toBe(
      '{"step":1,"iteration":1,"losses/value_loss":0.5}\n' +
        '{"step":2,"iteration":2,"losses/value_loss":1}\n' +
        '{"step":3,"iteration":3,"losses/value_loss":-3}\n',
    );
    rmSync(torn, { recursive: true });
  }
});
