import { expect, it } from "vitest";
import { FasterWay } from "../../../agents/ppo/faster-way.js";

/** The ways that are chosen for so many pieces of work, when each takes what `seconds` says. */
function choices(count: number, seconds: (way: string, piece: number) => number): string {
  const ways = new FasterWay();
  let chosen = "";
  for (let piece = 0; piece < count; piece++) {
    const way = ways.next();
    chosen += way[0];
    ways.took(way, seconds(way, piece));
  }
  return chosen;
}

const TRIED = "at".repeat(6);

it("both ways are tried in turns, then the faster one is kept, and the other looked at now and then", () => {
  const together = choices(212, (way) => (way === "together" ? 1 : 2));
  expect(together).toBe(`${TRIED}${"t".repeat(99)}a${"t".repeat(99)}a`);
  const alone = choices(212, (way) => (way === "together" ? 3 : 2));
  expect(alone).toBe(`${TRIED}${"a".repeat(99)}t${"a".repeat(99)}t`);
  const even = choices(13, (way) => (way === "together" ? 2.1 : 2));
  expect(even).toBe(`${TRIED}t`);
});

it("the choice follows the machine", () => {
  // From piece 20 on a second thread is not to be had any more.
  const chosen = choices(300, (way, piece) => (way === "alone" ? 2 : piece < 20 ? 1 : 5));
  expect(chosen.slice(12, 20)).toBe("t".repeat(8));
  expect(chosen.slice(21).replaceAll("t", "").length).toBeGreaterThan(270);
});
