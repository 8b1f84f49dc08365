import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RlAdanError } from "../src/errors.js";
import { readLimitedFile } from "../src/limited-file-node.js";
import { temporaryFolder } from "./support/temporary-folder.js";

const folder = temporaryFolder();

it.each([0, 1, 99, 100])("a file of %d bytes is read whole within a limit of 100", (length) => {
  const path = join(folder, `${length}`);
  const bytes = Buffer.from(Array.from({ length }, (_, i) => i));
  writeFileSync(path, bytes);
  expect(readLimitedFile(path, 100).equals(bytes)).toBe(true);
});

it("a larger one is refused with both sizes", () => {
  const path = join(folder, "large");
  writeFileSync(path, Buffer.alloc(101));
  expect(() => readLimitedFile(path, 100)).toThrow(`${path} has 101 bytes; at most 100 are read.`);
});

it.skipIf(process.platform === "win32")("one without an end is refused when the limit is reached", () => {
  expect(() => readLimitedFile("/dev/zero", 1 << 20)).toThrow(RlAdanError);
});
