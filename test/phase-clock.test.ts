import { expect, it } from "vitest";
import { PhaseClock } from "../src/phase-clock.js";

const busy = (milliseconds: number) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};

it("a clock gives each phase its time, and forgets what was taken", () => {
  const clock = new PhaseClock();
  const startedAt = performance.now();
  clock.enter("a");
  busy(8);
  clock.enter("b");
  clock.add("elsewhere", 3);
  busy(4);
  clock.enter("a");
  busy(8);
  clock.enter();
  busy(4);
  const { a, b, elsewhere, ...rest } = clock.take();
  expect(rest).toEqual({});
  expect(elsewhere).toBe(3);
  expect(a).toBeGreaterThanOrEqual(0.016);
  expect(b).toBeGreaterThanOrEqual(0.004);
  // What passed in no phase is nobody's.
  expect(a! + b!).toBeLessThanOrEqual((performance.now() - startedAt) / 1000 - 0.004);
  expect(clock.take()).toEqual({});
});
