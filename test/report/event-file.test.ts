import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EventFileWriter } from "../../src/logging/event-file.js";
import { type FileEnd, readEventFile } from "../../src/report/event-file.js";
import { readEvents } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const fixtures = fileURLToPath(new URL("../fixtures/report/", import.meta.url));

interface Decoded {
  readonly scalars: string[];
  readonly texts: Map<string, string>;
  readonly starts: number[];
  readonly end: FileEnd;
}

function decode(bytes: Buffer): Decoded {
  const scalars: string[] = [];
  const texts = new Map<string, string>();
  const starts: number[] = [];
  const end = readEventFile(bytes, {
    event: () => {},
    sessionStart: (step) => starts.push(step),
    scalar: (tag, step, value) => scalars.push(`${step} ${tag} ${value}`),
    text: (tag, text) => texts.set(tag, text),
  });
  return { scalars, texts, starts, end };
}

/** The only event file of a new folder. */
function written(name: string, write: (writer: EventFileWriter) => void, sessionStartStep?: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  const writer = new EventFileWriter(path, sessionStartStep === undefined ? {} : { sessionStartStep });
  write(writer);
  writer.close();
  return join(path, readdirSync(path)[0]!);
}

describe("an event file", () => {
  it.each(
    readdirSync(fixtures, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("tfevents")),
  )("of another logger has the scalars that protobufjs finds: %s", (name) => {
    const path = join(fixtures, name);
    const expected = readEvents(path).flatMap(({ step, summary }) =>
      (summary?.value ?? [])
        .filter(({ simple_value }) => simple_value !== undefined)
        .map(({ tag, simple_value }) => `${step} ${tag} ${simple_value}`),
    );
    const { scalars, end } = decode(readFileSync(path));
    expect(end).toEqual({ kind: "whole" });
    if (name.startsWith("new-style")) {
      expect(expected).toEqual([]);
      // As test/fixtures/report/make.py wrote them, a tensor each.
      expect(scalars).toEqual([1, 2, 3].map((step) => `${step} rollout/ep_rew_mean ${step / 2}`));
    } else {
      expect(expected.length).toBeGreaterThan(50);
      expect(scalars).toEqual(expected);
    }
  });

  it("has numbers that are not finite, large and negative steps, texts and the start of its session", () => {
    const path = written(
      "odd",
      (writer) => {
        writer.scalar("a", 2 ** 40, Number.NaN);
        writer.scalar("a", 2 ** 40 + 1, Number.NEGATIVE_INFINITY);
        writer.text("hyperparameters", 0, "|a|b|");
      },
      7,
    );
    expect(decode(readFileSync(path))).toEqual({
      scalars: [`${2 ** 40} a NaN`, `${2 ** 40 + 1} a -Infinity`],
      texts: new Map([["hyperparameters", "|a|b|"]]),
      starts: [7],
      end: { kind: "whole" },
    });
  });

  it("cut at any byte gives the points before the cut, and says where it is cut", () => {
    const path = written("cut", (writer) => {
      for (let step = 1; step <= 3; step++) writer.scalar("a/b", step, step / 4);
    });
    const bytes = readFileSync(path);
    const whole = ["1 a/b 0.25", "2 a/b 0.5", "3 a/b 0.75"];
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at += 16 + Number(bytes.readBigUInt64LE(at))) starts.push(at);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { scalars, end } = decode(bytes.subarray(0, cut));
      const records = [...starts.slice(1), bytes.length].filter((boundary) => boundary <= cut).length;
      expect(scalars, `cut at ${cut}`).toEqual(whole.slice(0, Math.max(0, records - 1)));
      const isBoundary = cut === bytes.length || starts.includes(cut);
      const byte = starts.findLast((start) => start < cut) ?? 0;
      expect(end, `cut at ${cut}`).toEqual(isBoundary ? { kind: "whole" } : { kind: "cut", byte });
    }
  });

  it("with any byte changed gives the points before it and no wrong one", () => {
    const bytes = readFileSync(
      written("changed", (writer) => {
        for (let step = 1; step <= 3; step++) writer.scalar("a/b", step, step / 4);
      }),
    );
    const whole = decode(bytes).scalars;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      const { scalars, end } = decode(changed);
      expect(end.kind, `byte ${at}`).toBe("damaged");
      expect(scalars, `byte ${at}`).toEqual(whole.slice(0, scalars.length));
    }
  });
});
