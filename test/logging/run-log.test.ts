import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { SessionStatus } from "../../src/logging/hparams.js";
import { RunLog } from "../../src/logging/run-log.js";
import { type DecodedEvent, keptScalars, readEvents } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

/** The events that each file of a run holds, oldest first. */
function eventsOf(run: string): DecodedEvent[][] {
  return readdirSync(run)
    .filter((name) => name.includes("tfevents"))
    .sort()
    .map((name) => readEvents(join(run, name)));
}

function tags(events: DecodedEvent[]): string[] {
  return events.flatMap(({ summary }) => summary?.value.map(({ tag }) => tag) ?? []);
}

function newRun(name: string): { run: string; metrics: string } {
  const run = join(folder, name);
  mkdirSync(run);
  return { run, metrics: join(run, "metrics.jsonl") };
}

it("a resumed run takes back what came after its checkpoint, and keeps the checkpoint's own step", () => {
  const { run, metrics } = newRun("resumed");
  const first = new RunLog(run, metrics);
  first.scalars(2048, { "losses/value_loss": 1 });
  first.flush();
  const { metricsBytes } = first;
  first.scalars(4096, { "losses/value_loss": 2 });
  first.flush();
  const second = new RunLog(run, metrics, { step: 2048, metricsBytes });
  second.scalars(4096, { "losses/value_loss": 3 });
  second.close("success");
  // TensorBoard drops every earlier point whose step is at least that of the START.
  const start = eventsOf(run)[1]!.find(({ session_log }) => session_log?.status === 1)!;
  expect(start.step).toBe(2048);
  expect(keptScalars(run)).toEqual(["2048 losses/value_loss 1", "4096 losses/value_loss 3"]);
  expect(readFileSync(metrics, "utf8")).toBe(
    '{"step":2048,"losses/value_loss":1}\n{"step":4096,"losses/value_loss":3}\n',
  );
});

it.each<[SessionStatus, boolean]>([
  ["success", true],
  ["failure", true],
  ["unknown", false],
])("a session that ends as %s has an end: %s", (status, hasEnd) => {
  const { run, metrics } = newRun(status);
  new RunLog(run, metrics).close(status);
  expect(tags(eventsOf(run)[0]!).includes("_hparams_/session_end_info")).toBe(hasEnd);
});

it("the table of the configuration has one row a key, whatever the values hold", () => {
  const { run, metrics } = newRun("table");
  const log = new RunLog(run, metrics);
  log.configuration({ rate: "1e-3 |\n progress", sizes: [64, 64] }, "group");
  log.close("success");
  const text = eventsOf(run)[0]![1]!.summary!.value[0]!.tensor!.string_val[0];
  expect(new TextDecoder().decode(text).split("\n")).toEqual([
    "|key|value|",
    "|-|-|",
    "|rate|1e-3 \\| progress|",
    "|sizes|[64,64]|",
  ]);
});
