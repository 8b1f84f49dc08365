import { expect, it } from "vitest";
import { shareCores } from "../../src/sweep/share-cores.js";

it.each([
  ["as many runs as cores, a thread each", {}, 40, 8, { jobs: 8, threads: 1 }],
  ["fewer runs than cores: threads divided", {}, 3, 8, { jobs: 3, threads: 2 }],
  ["one run: all threads", {}, 1, 8, { jobs: 1, threads: 8 }],
  ["jobs given", { jobs: 2 }, 40, 8, { jobs: 2, threads: 4 }],
  ["more jobs than cores", { jobs: 16 }, 40, 8, { jobs: 16, threads: 1 }],
  ["threads given", { threads: 4 }, 40, 8, { jobs: 2, threads: 4 }],
  ["more threads than cores", { threads: 9 }, 40, 8, { jobs: 1, threads: 9 }],
  ["both given", { jobs: 3, threads: 5 }, 40, 8, { jobs: 3, threads: 5 }],
])("%s", (_name, asked, runs, cores, share) => {
  expect(shareCores(asked, runs, cores)).toEqual(share);
});

it.each([0, -1, 1.5, Number.NaN])("refuses %s", (count) => {
  expect(() => shareCores({ jobs: count }, 4)).toThrow("jobs must be a whole number of at least 1");
  expect(() => shareCores({ threads: count }, 4)).toThrow("threads must be a whole number of at least 1");
});
