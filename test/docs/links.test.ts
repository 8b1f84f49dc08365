import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");

it("every relative link of every page leads somewhere", () => {
  expect(pages.length).toBeGreaterThan(5);
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it("no page has a placeholder left", () => {
  const left = pages.filter((page) =>
    /\b(TODO|TBD|FIXME|LATER\d*|TABLES)\b/.test(readFileSync(join(root, page), "utf8")),
  );
  expect(left).toEqual([]);
});
