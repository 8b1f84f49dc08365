import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crc32c, maskedCrc32c } from "../../src/logging/crc32c.js";
import { EventFileWriter } from "../../src/logging/event-file.js";
import { decodeHParams, readEvents } from "../support/event-reader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const clock = () => 1_700_000_000.5;

function written(name: string, write: (writer: EventFileWriter) => void, options = {}) {
  const directory = join(folder, name);
  mkdirSync(directory, { recursive: true });
  const writer = new EventFileWriter(directory, { clock, ...options });
  write(writer);
  writer.close();
  return { path: writer.path, events: readEvents(writer.path) };
}

describe("CRC-32C", () => {
  it("has RFC 3720's values", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  it("is masked as TFRecord asks", () => {
    // (0xe3069283 turned right by 15) + 0xa282ead8, by hand.
    expect(maskedCrc32c(new TextEncoder().encode("123456789"))).toBe(0xc78ab0e5);
  });
});

describe("event files", () => {
  it("begin with the version and hold scalars at their steps, far beyond 32 bits too", () => {
    const { path, events } = written("scalars", (writer) => {
      writer.scalar("charts/SPS", 2048, 1234.5);
      writer.scalar("losses/x", 2 ** 40 + 3, -0.25);
      writer.scalar("losses/x", 2 ** 40 + 4, Number.NaN);
    });
    expect(path).toMatch(/events\.out\.tfevents\.1700000000\..*\.\d+\.0$/);
    expect(events.map(({ wall_time }) => wall_time)).toEqual(new Array(4).fill(1_700_000_000.5));
    expect(events[0]!.file_version).toBe("brain.Event:2");
    expect(events[1]).toMatchObject({
      step: 2048,
      summary: { value: [{ tag: "charts/SPS", simple_value: 1234.5 }] },
    });
    expect(events[2]).toMatchObject({
      step: 2 ** 40 + 3,
      summary: { value: [{ tag: "losses/x", simple_value: -0.25 }] },
    });
    expect(events[3]!.summary!.value[0]!.simple_value).toBeNaN();
  });

  it("hold text for the text plugin", () => {
    const { events } = written("text", (writer) => writer.text("hyperparameters", 0, "|a|b|\n|-|-|\n|é|1|"));
    const value = events[1]!.summary!.value[0]!;
    expect(value.metadata).toMatchObject({ plugin_data: { plugin_name: "text" }, data_class: 2 });
    expect(value.tensor!.dtype).toBe(7);
    expect(new TextDecoder().decode(value.tensor!.string_val[0])).toBe("|a|b|\n|-|-|\n|é|1|");
  });

  it("hold hyper-parameters for the HParams plugin, in a group", () => {
    const { events } = written("hparams", (writer) => {
      const hparams = { gamma: 0.99, optimizer: "adan", recompute_advantages: true };
      writer.hparams({ hparams, metrics: ["eval/mean_reward"], groupName: "abc", startedAtSeconds: 7 });
      writer.sessionEnd("success");
    });
    const [experiment, start, end] = events.slice(1).map(({ summary }) => {
      const { tag, metadata } = summary!.value[0]!;
      expect(metadata!.plugin_data.plugin_name).toBe("hparams");
      return { tag, ...decodeHParams(metadata!.plugin_data.content) };
    });
    expect(experiment).toMatchObject({
      tag: "_hparams_/experiment",
      experiment: {
        hparam_infos: [
          { name: "gamma", type: 3 },
          { name: "optimizer", type: 1 },
          { name: "recompute_advantages", type: 2 },
        ],
        metric_infos: [{ name: { tag: "eval/mean_reward" } }],
      },
    });
    expect(start).toMatchObject({
      tag: "_hparams_/session_start_info",
      session_start_info: {
        group_name: "abc",
        start_time_secs: 7,
        hparams: {
          gamma: { number_value: 0.99 },
          optimizer: { string_value: "adan" },
          recompute_advantages: { bool_value: true },
        },
      },
    });
    expect(end).toMatchObject({ tag: "_hparams_/session_end_info", session_end_info: { status: 1 } });
  });

  it("hold records of any length", () => {
    for (let length = 0; length < 600; length += 7) {
      const text = "x".repeat(length);
      const hparams = Object.fromEntries(Array.from({ length: length % 80 }, (_, i) => [`key-${i}`, i]));
      const { events } = written(`length-${length}`, (writer) => {
        writer.text("text", length * 1000, text);
        writer.hparams({ hparams, metrics: [], groupName: text, startedAtSeconds: 0 });
      });
      expect(new TextDecoder().decode(events[1]!.summary!.value[0]!.tensor!.string_val[0])).toBe(text);
      const { content } = events[3]!.summary!.value[0]!.metadata!.plugin_data;
      const { session_start_info: start } = decodeHParams(content) as {
        session_start_info: { group_name?: string; hparams?: Record<string, { number_value: number }> };
      };
      expect(start.group_name ?? "").toBe(text);
      expect(Object.keys(start.hparams ?? {})).toEqual(Object.keys(hparams));
    }
  });

  it("of a resumed run begin a session at its step", () => {
    const { events } = written("resumed", () => {}, { sessionStartStep: 4096 });
    expect(events[1]).toMatchObject({ step: 4096, session_log: { status: 1 } });
  });

  it("made in the same second do not overwrite each other", () => {
    const [first, second] = [written("twice", () => {}), written("twice", () => {})];
    expect(second!.path).not.toBe(first!.path);
  });

  it("have the bytes that TensorBoard's own record writer gives", () => {
    const { path } = written("golden", (writer) => writer.scalar("a", 1, 2));
    const hex = readFileSync(path).toString("hex");
    const wallTime = "0900002040fc54d941";
    // Length 24 and its checksum, wall time and file version, their checksum (from tensorboard 2.21's masked_crc32c).
    const versionRecord = [
      "1800000000000000",
      "a37f4b22",
      wallTime,
      "1a0d627261696e2e4576656e743a32",
      "2b353110",
    ];
    expect(hex.startsWith(versionRecord.join(""))).toBe(true);
    expect(hex).toContain([wallTime, "1001", "2a0a", "0a08", "0a0161", "1500000040"].join(""));
  });

  it("say in a sentence when they can't be made", () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect(() => new EventFileWriter(file)).toThrow(/a-file.*: a part of the path is not a folder\.$/);
  });
});
