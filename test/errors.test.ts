import { describe, expect, it } from "vitest";
import { formatError, jsonLine, nearestName, printable, RlAdanError } from "../src/errors.js";

describe("text from files in the terminal", () => {
  it.each([
    ["an escape sequence", "a\u001b[2Jb", "a\\x1b[2Jb"],
    ["C1's own introducer of one", "a\u009b2Jb", "a\\x9b2Jb"],
    ["a carriage return", "done\rfail", "done\\x0dfail"],
    ["a direction override", "a\u202eb", "a\\u{202e}b"],
    ["an isolate and a zero width space", "\u2066a\u200b", "\\u{2066}a\\u{200b}"],
    ["a line separator", "a\u2028b", "a\\u{2028}b"],
    ["half of a character", "a\ud800b", "a\\u{d800}b"],
    ["what XML may not hold", "a\uffffb", "a\\u{ffff}b"],
    ["a tag character", "a\u{e0041}b", "a\\u{e0041}b"],
    ["other languages and signs", "Läufer 走者 😀", "Läufer 走者 😀"],
  ])("shows %s by its number, not by its effect", (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("in JSON is escaped too, and reads back the same", () => {
    const data = { text: "a\u001b[2J\u009b\u202e\u200d\u2028 👩‍💻 ä \u{e0041}" };
    expect(JSON.parse(jsonLine(data))).toEqual(data);
    expect(jsonLine(data)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}](?!$)/u);
    expect(jsonLine(data)).toContain("ä");
  });

  it("keeps the lines of an error, escapes and cuts each", () => {
    const error = new RlAdanError("x", `one \u001b[31m\ntwo ${"y".repeat(3000)}`);
    expect(formatError(error)).toBe(`one \\x1b[31m\ntwo ${"y".repeat(1996)}…`);
  });

  it("escapes the causes too", () => {
    const error = new RlAdanError("x", "outer", { cause: new Error("inner \u0007") });
    expect(formatError(error, { verbose: true })).toContain("caused by: Error: inner \\x07");
  });
});

describe("the nearest name", () => {
  it("is found, or none is when the name is as long as a file", () => {
    expect(nearestName("halfcheeta", ["HalfCheetah", "Hopper"])).toBe("HalfCheetah");
    const started = performance.now();
    expect(nearestName("x".repeat(1_000_000), ["HalfCheetah", "Hopper"])).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(500);
  });
});
