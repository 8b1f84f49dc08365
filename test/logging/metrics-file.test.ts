import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MetricsFile } from "../../src/logging/metrics-file.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

it("appends a JSON object a line and knows its length", () => {
  const path = join(folder, "metrics.jsonl");
  const metrics = new MetricsFile(path);
  metrics.write({ step: 1, value: 0.5 });
  expect(metrics.length).toBe(0);
  metrics.flush();
  metrics.write({ step: 2, value: Number.NaN });
  metrics.close();
  expect(readFileSync(path, "utf8")).toBe('{"step":1,"value":0.5}\n{"step":2,"value":null}\n');
  expect(metrics.length).toBe(readFileSync(path).length);
});

it("is cut to the recorded length when a run is resumed", () => {
  const path = join(folder, "resumed.jsonl");
  const first = new MetricsFile(path);
  first.write({ step: 1 });
  first.flush();
  const { length } = first;
  first.write({ step: 2 });
  first.close();
  const second = new MetricsFile(path, { truncateTo: length });
  second.write({ step: 3 });
  second.close();
  expect(readFileSync(path, "utf8")).toBe('{"step":1}\n{"step":3}\n');
});

it("refuses to go on when lines are missing", () => {
  const path = join(folder, "short.jsonl");
  expect(() => new MetricsFile(path, { truncateTo: 10 })).toThrow(
    "short.jsonl has 0 bytes, but the checkpoint was written when it had 10: lines are missing.",
  );
});
