import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { packagedNames } from "../../src/config/packaged-configs-node.js";
import { parseYamlMapping } from "../../src/config/yaml-file.js";
import { findStudy } from "../../src/study/find-study.js";
import { readStudy } from "../../src/study/read-study.js";
import { planned } from "../../src/study/run-study.js";
import { countRuns, studyNotes } from "../../src/study/study.js";
import { withStudyOverrides } from "../../src/study/study-overrides.js";
import { planTest, planTuning, sweepPlanOf } from "../../src/study/study-plan.js";
import { planOf } from "../../src/study/study-plan-text.js";
import { TunedRates } from "../../src/study/tuning.js";

const PLAN = `
env: [Pendulum]
settings: { total_timesteps: 1k }
arms:
  adan: { optimizer: adan }
  adam: { optimizer: adam }
  adam, Adan's rate: { optimizer: adam }
seeds: 0-2
tuning:
  learning_rate: [1e-3, 3e-3 * (1 - progress)]
  seeds: [100, 101]
  settings: { total_timesteps: 500 }
  take_from: { "adam, Adan's rate": adan }
`;

const read = (text: string) =>
  readStudy(parseYamlMapping(text, "plan.yaml"), { file: "plan.yaml", allowEnvModule: false });
const changed = (from: string, to: string) => {
  expect(PLAN).toContain(from);
  return () => read(PLAN.replace(from, to));
};

describe("a study's plan", () => {
  it("is all arms at all rates with the tuning seeds, then all arms with the test seeds", async () => {
    const study = read(PLAN);
    expect(countRuns(study)).toEqual({ tuning: 8, test: 9, checks: 0 });
    const tuning = await planTuning(study, { runsRoot: "runs" });
    expect(tuning.map(({ arm, rate, run }) => [arm, rate.text, run.seed])).toEqual(
      [100, 101].flatMap((seed) =>
        ["adan", "adam"].flatMap((arm) =>
          ["0.001", "3e-3 * (1 - progress)"].map((rate) => [arm, rate, seed]),
        ),
      ),
    );
    expect(tuning[0]!.run.argv.join(" ")).toContain("--total-timesteps 500");
    const trials = study.tuning.rates.map((rate) => ({ rate, score: 1, scores: [1, 1] }));
    const rates = new TunedRates([
      { env: "Pendulum", envId: "Pendulum-v1", arm: "adan", trials, best: 1 },
      { env: "Pendulum", envId: "Pendulum-v1", arm: "adam", trials, best: 0 },
    ]);
    const test = await planTest(study, rates, { runsRoot: "runs" });
    expect(test.map(({ run }) => run.seed)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    const commands = test.slice(0, 3).map(({ run }) => run.argv.join(" "));
    expect(commands[0]).toContain("--optimizer adan --set learning_rate=3e-3 * (1 - progress)");
    expect(commands[1]).toContain("--optimizer adam --set learning_rate=0.001");
    expect(commands[2]).toContain("--optimizer adam --set learning_rate=3e-3 * (1 - progress)");
    expect(commands[0]).toContain("--total-timesteps 1k");
  });

  it("looks at every configuration before the first run", async () => {
    const options = { runsRoot: "runs" };
    const typo = read(
      PLAN.replace('rate": { optimizer: adam }', 'rate": { optimizr: adam }').replace(
        "rate: { optimizer: adam }",
        "rate: { optimizr: adam }",
      ),
    );
    await expect(planned(typo, options)).rejects.toThrow('key "optimizr" is unknown');
    const hidden = read(
      PLAN.replace("settings: { total_timesteps: 1k }", "settings: { total_timesteps: 1x }"),
    );
    await expect(planned(hidden, options)).rejects.toThrow("total_timesteps");
  });

  it("runs once what two arms have in common, however it is written", async () => {
    const study = read(
      PLAN.replace(
        "adam, Adan's rate: { optimizer: adam }",
        "adam, Adan's rate: { epochs: 10, optimizer: adam }",
      ),
    );
    const trials = study.tuning.rates.map((rate) => ({ rate, score: 1, scores: [1, 1] }));
    const searches = ["adan", "adam"].map((arm) => ({
      env: "Pendulum",
      envId: "Pendulum-v1",
      arm,
      trials,
      best: 0,
    }));
    const test = await planTest(study, new TunedRates(searches), { runsRoot: "runs" });
    expect(test).toHaveLength(9);
    expect(test[1]!.run.directory).toEqual(test[2]!.run.directory);
    expect(sweepPlanOf(test).runs).toHaveLength(6);
  });

  it("compares each arm with the first, unless it says which pairs", () => {
    expect(read(PLAN).comparisons).toEqual([
      ["adam", "adan"],
      ["adam, Adan's rate", "adan"],
    ]);
    const pairs = read(`${PLAN}compare: [[adan, adam]]\n`).comparisons;
    expect(pairs).toEqual([["adan", "adam"]]);
  });

  it("takes environments, seeds and settings of flags", () => {
    const study = withStudyOverrides(read(PLAN), {
      envs: ["Pendulum", "CartPole"],
      seeds: "4",
      settings: ["total_timesteps=2k", "epochs=3"],
    });
    expect(study.envs.map(({ text }) => text)).toEqual(["Pendulum", "CartPole"]);
    expect(study.seeds).toEqual([{ first: 0, last: 3 }]);
    expect(study.tuning.settings).toEqual([]);
    expect(withStudyOverrides(read(PLAN), { tuningSeeds: "3" }).tuning.seeds).toEqual([
      { first: 100, last: 102 },
    ]);
    expect(read(PLAN.replace("seeds: 0-2", "seeds: 10")).seeds).toEqual([{ first: 0, last: 9 }]);
    expect(study.settings.map(({ key, text }) => [key, text])).toEqual([
      ["total_timesteps", "2k"],
      ["epochs", "3"],
    ]);
    expect(() => withStudyOverrides(read(PLAN), { settings: ["optimizer=adam"] })).toThrow(
      'plan.yaml:5: key "optimizer" is what the arms differ in; leave out --set optimizer.',
    );
    const checked = read(
      `${PLAN}checks: { same: { a: { epochs: 1, gamma: 1 }, b: { epochs: 2, gamma: 1 } } }\n`,
    );
    expect(withStudyOverrides(checked, { settings: ["gamma=0.5"] }).checks[0]!.arms[0].settings).toHaveLength(
      1,
    );
    expect(() => withStudyOverrides(checked, { settings: ["epochs=3"] })).toThrow(
      "is what the arms differ in",
    );
    expect(() => withStudyOverrides(read(PLAN), { settings: ["optimizer.x=1"] })).toThrow(
      "is what the arms differ in",
    );
    expect(() => withStudyOverrides(read(PLAN), { seeds: "0" })).toThrow(
      "--seeds must be how many seeds, at least 1, or which, like 0-9.",
    );
    expect(() => withStudyOverrides(read(PLAN), { tuningSeeds: "2-5" })).toThrow(
      "the tuning seeds and those of the comparison share some of 0-2",
    );
  });

  it("written out reads back as the same study", () => {
    const more =
      "description: D\ncompare: [[adan, adam]]\nchecks: { same: { a: { epochs: 1 }, b: { epochs: 2 } } }\n";
    const study = read(PLAN + more);
    const isPlace = (key: string) => key === "subject";
    const withoutPlaces = (value: unknown) =>
      JSON.parse(
        JSON.stringify(value, (key, inner: unknown) => (isPlace(key) ? undefined : inner)),
      ) as unknown;
    const again = read(stringify(planOf(study)));
    expect(withoutPlaces(again)).toEqual(withoutPlaces(study));
    expect(again.tuning.takenFrom).toEqual(study.tuning.takenFrom);
  });

  it("says before it trains what its seeds can't tell", () => {
    expect(studyNotes(read(PLAN))).toEqual(["3 test seeds: intervals of fewer than 10 are too narrow"]);
    const single = read(PLAN.replace("seeds: 0-2", "seeds: [7]").replace("[100, 101]", "[100]"));
    expect(studyNotes(single)).toEqual([
      "one test seed: no difference can be shown",
      "one tuning seed: which learning rate it likes best is mostly chance",
    ]);
  });

  it("in the documentation is one", () => {
    const page = readFileSync(new URL("../../docs/studies.md", import.meta.url), "utf8");
    const [, text] = /```yaml\n(.*?)```/s.exec(page)!;
    expect(countRuns(read(text!))).toEqual({ tuning: 18, test: 20, checks: 0 });
  });

  it("is refused in a sentence where it doesn't fit together", () => {
    expect(changed("seeds: 0-2", "seeds: 0-100")).toThrow(
      "plan.yaml: the tuning seeds and those of the comparison share some of 0-100; a rate that was chosen on a seed looks better on it than it is.",
    );
    expect(changed("{ optimizer: adan }", "{ optimizer: adan, learning_rate: 1 }")).toThrow(
      'plan.yaml:5: key "learning_rate": the study finds each arm\'s learning rate (tuning).',
    );
    expect(changed("[1e-3, 3e-3 * (1 - progress)]", "[1e-3, 1e-3]")).toThrow(
      "list the learning rates from the smallest to the largest",
    );
    expect(changed("[1e-3, 3e-3 * (1 - progress)]", "[1e-3, oops]")).toThrow('"oops"');
    expect(changed('rate": adan }', 'rate": adann }')).toThrow(
      'plan.yaml: take_from names the arm "adann"; there are adan, adam, adam, Adan\'s rate. Did you mean "adan"?',
    );
    expect(changed("[1e-3, 3e-3 * (1 - progress)]", "[1e-3 * progress, 1e-3]")).toThrow(
      "learning rates are told apart by where they start, and 1e-3 * progress starts at 0.",
    );
    expect(changed("env: [Pendulum]", "env: [Pendulum, Pendulum]")).toThrow("names an environment twice");
    expect(changed("tuning:", "tunning:")).toThrow(
      'plan.yaml:9: key "tunning" is unknown. Did you mean "tuning"?',
    );
    expect(changed("env: [Pendulum]", "")).toThrow("plan.yaml: a study needs env.");
    expect(() => read(`${PLAN}checks: { one: { adan: {} } }\n`)).toThrow("must be two arms, got 1");
    expect(() => read(`${PLAN}checks: 5\n`)).toThrow('plan.yaml:14: key "checks" must be a mapping of keys.');
    expect(() => read(`${PLAN}compare: [[adan]]\n`)).toThrow("must be a list of pairs of arms");
  });

  it.each(packagedNames("studies"))("of the package, %s, resolves to configurations", async (name) => {
    const study = findStudy(name, false);
    const tuning = await planTuning(study, { runsRoot: "runs" });
    expect(tuning).toHaveLength(countRuns(study).tuning);
    const searches = tuning.map(({ env, arm, rate }) => {
      return { env, envId: env, arm, trials: [{ rate, score: 1, scores: [1] }], best: 0 };
    });
    const test = await planTest(study, new TunedRates(searches), { runsRoot: "runs" });
    expect(test).toHaveLength(countRuns(study).test);
  });
});
