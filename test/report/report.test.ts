import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Resvg } from "@resvg/resvg-js";
import { beforeAll, describe, expect, it } from "vitest";
import { plotCurve, type Report, readRuns, report } from "../../src/index.js";
import { EventFileWriter } from "../../src/logging/event-file.js";
import { loadRasterizer } from "../../src/report/png.js";
import { runOf, scalarsOf } from "../support/report-runs.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures/report/", import.meta.url));
const folder = temporaryFolder();
const output = join(folder, "report");
let written: Report;

beforeAll(async () => {
  written = await report({ runs: fixtures, output, csv: true });
});

function cli(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "report", ...argv], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Whether pixels of a region differ from white, of an SVG drawn at its own size. */
function inkIn(svg: string, region: { top: number; bottom: number }, options = {}): number {
  const image = new Resvg(svg, { background: "#fff", ...options }).render();
  const { pixels, width } = image;
  let dark = 0;
  for (let at = region.top * width * 4; at < region.bottom * width * 4; at += 4)
    if (pixels[at]! < 128) dark += 1;
  return dark;
}

describe("a report", () => {
  it("has the ten figures that TensorBoard reads from the same files", () => {
    const figures = JSON.parse(readFileSync(join(fixtures, "tensorboard.json"), "utf8")) as {
      figure: string;
      value: number;
    }[];
    expect(figures).toHaveLength(10);
    const { runs, environments } = written.data;
    const shown = new Map<string, number | null | undefined>([
      ...runs.flatMap(({ name, scores, maxima }) => [
        [`${name}: training`, scores.training] as const,
        [`${name}: evaluation`, scores.evaluation] as const,
        [`${name}: evaluation maximum`, maxima.evaluation] as const,
      ]),
      ...environments.flatMap(({ env, arms }) =>
        arms.flatMap(({ label, scores }) => [
          [`${env}, ${label}: IQM of training`, scores.training?.iqm.value] as const,
          [`${env}, ${label}: IQM of evaluation`, scores.evaluation?.iqm.value] as const,
        ]),
      ),
    ]);
    for (const { figure, value } of figures) {
      expect(Math.abs(shown.get(figure.replaceAll("/", join("/")))! - value), figure).toBeLessThanOrEqual(
        1e-12 * value,
      );
    }
  });

  it("is Markdown whose figures are there, with a table of both protocols, maxima, settings, commands and versions", () => {
    const page = readFileSync(join(output, "report.md"), "utf8");
    const images = [...page.matchAll(/^!\[.*\]\((.*)\)$/gm)].map((match) => match[1]!);
    expect(images.length).toBeGreaterThan(3);
    expect(images.filter((image) => !existsSync(join(output, image)))).toEqual([]);
    expect(page).toContain(
      "| arm | runs | steps | training IQM | 95 % interval | mean | evaluation IQM | 95 % interval | mean | minutes |",
    );
    // Of the two runs the mean is the interquartile mean, and the only draws are both alike or one of each.
    expect(page).toContain(
      "| ppo-adan | 2 | 2,048 | 24.40 | 23.17 to 25.64 | 24.40 | 182.0 | 134.0 to 230.0 | 182.0 |",
    );
    expect(page).toMatch(/### Maximum over the curve\n\nEach run's best moment, .* an optimistic number/);
    expect(page).toContain("| learning_rate | – | 0.00025 | 0.001 | ");
    expect(page).toContain("rl-adan train ppo --env CartPole --num-envs 2");
    expect(page).toContain("rl_adan 0.1.0, mujoco 3.14.0");
  });

  it("is one HTML file that loads nothing and runs nothing, with every figure within", () => {
    const page = readFileSync(join(output, "report.html"), "utf8");
    const sources = [...page.matchAll(/src="([^"]*)"/g)].map((match) => match[1]!);
    const svgs = readdirSync(join(output, "figures")).filter((name) => name.endsWith(".svg"));
    expect(sources.map((source) => Buffer.from(source.split(",")[1]!, "base64").toString()).sort()).toEqual(
      svgs.map((name) => readFileSync(join(output, "figures", name), "utf8")).sort(),
    );
    expect(page).not.toMatch(/<script|<link|href=|url\(|@import/);
  });

  it("has figures that are well-formed, drawn as PNG, with letters from the font that comes along", async () => {
    const rasterize = await loadRasterizer();
    const svgs = readdirSync(join(output, "figures")).filter((name) => name.endsWith(".svg"));
    for (const name of svgs) {
      const svg = readFileSync(join(output, "figures", name), "utf8");
      // The title's height; without any font nothing is drawn there.
      expect(inkIn(svg, { top: 6, bottom: 28 }, { font: { loadSystemFonts: false } }), name).toBe(0);
      const png = readFileSync(join(output, "figures", name.replace(".svg", ".png")));
      const inked = new Resvg(
        `<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="1200" height="70"><image width="1200" x:href="data:image/png;base64,${png.toString("base64")}"/></svg>`,
      ).render();
      const dark = inked.pixels.filter((value, i) => i % 4 === 0 && value < 128).length;
      expect(dark, name).toBeGreaterThan(500);
      expect(Buffer.from(await rasterize(svg)).equals(png), name).toBe(true);
    }
  }, 60_000);

  it("tells arms apart by dashes and marks too", () => {
    const svg = readFileSync(join(output, "figures", "1-CartPole-v1-training-steps.svg"), "utf8");
    const dashes = new Set(
      [...svg.matchAll(/stroke-width="2" stroke-dasharray="([\d,]+)"/g)].map((match) => match[1]),
    );
    expect(dashes.size).toBeGreaterThanOrEqual(4);
  });

  it("is the same for the same runs, byte by byte", async () => {
    const again = join(folder, "again");
    await report({ runs: fixtures, output: again, csv: true });
    for (const name of readdirSync(output, { recursive: true, encoding: "utf8" }).filter((of) =>
      of.includes("."),
    )) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(output, name))), name).toBe(true);
    }
  });

  it("has CSV tables of arms, runs and curves", () => {
    const [head, first] = readFileSync(join(output, "arms.csv"), "utf8").split("\r\n");
    expect(head!.split(",").slice(0, 8)).toEqual([
      "env",
      "arm",
      "protocol",
      "runs",
      "runs_with_score",
      "steps",
      "minutes",
      "iqm",
    ]);
    expect(first).toMatch(/^CartPole-v1,PPO,training,2,2,4096,/);
    expect(readFileSync(join(output, "runs.csv"), "utf8").split("\r\n")).toHaveLength(
      written.data.runs.length + 2,
    );
    expect(readFileSync(join(output, "curves.csv"), "utf8")).toContain(
      "CartPole-v1,PPO,evaluation,steps,2,1024,",
    );
  });
});

describe("rl-adan report", () => {
  it("writes a report, and says the scores", () => {
    const target = join(folder, "cli");
    const { status, stdout, stderr } = cli(join(fixtures, "rl-adan"), "-o", target, "--no-png");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(
      "  ppo-adan, 2 runs: training 24.4 [23.2, 25.6], evaluation 182.0 [134.0, 230.0]\n",
    );
    expect(stdout).toMatch(/wrote .*report\.html, .*report\.md and 5 figures\n$/);
    expect(readdirSync(target).sort()).toEqual(["figures", "report.html", "report.md"]);
    // Over its own report it writes again.
    expect(cli(join(fixtures, "rl-adan"), "-o", target, "--no-png").status).toBe(0);
  });

  it.runIf(process.platform === "linux")(
    "into a place where nothing can be made ends with a sentence",
    () => {
      const { status, stderr } = cli(join(fixtures, "sb3"), "-o", "/proc/report/deeper", "--no-png");
      expect(status).toBe(1);
      expect(stderr).toMatch(/^error: \/proc\/report\S*: there is no such file or folder/);
    },
  );

  it("removes tables of an earlier report that it does not write again; says nothing when quiet", () => {
    const target = join(folder, "again");
    const argv = [join(fixtures, "sb3"), "-o", target, "--no-png", "--quiet"];
    expect(cli(...argv, "--csv")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(target)).toContain("arms.csv");
    expect(cli(...argv)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(target).sort()).toEqual(["figures", "report.html", "report.md"]);
  });

  it("prints all numbers as JSON", () => {
    const { stdout } = cli(join(fixtures, "sb3"), "-o", join(folder, "json"), "--no-png", "--json");
    const data = JSON.parse(stdout) as Report["data"];
    expect(data.environments[0]!.arms[0]).toMatchObject({ label: "PPO", runs: 2, steps: 4096 });
  });

  it.each([
    {
      what: "an empty folder",
      runs: "void",
      error: /^error: .*void holds no run: no file of it or of its folders/,
    },
    {
      what: "a folder with other files as its output",
      output: "full",
      error: /^error: .*full holds other files than a report's/,
    },
    {
      what: "a folder with a page and figures of one's own",
      output: "own",
      error: /^error: .*own holds other files than a report's/,
    },
    { what: "a pattern that is none", more: ["--group", "("], error: /It must be a regular expression/ },
    {
      what: "an arm that is none",
      more: ["--reference", "x"],
      error: /^error: There is no arm "x"; there are PPO\./,
    },
  ])("refuses $what: exit code 2", ({ runs, output: target, more = [], error }) => {
    mkdirSync(join(folder, "void"), { recursive: true });
    mkdirSync(join(folder, "full"), { recursive: true });
    writeFileSync(join(folder, "full", "precious.txt"), "precious\n");
    mkdirSync(join(folder, "own", "figures"), { recursive: true });
    writeFileSync(join(folder, "own", "report.md"), "A page by hand.\n");
    const named = runs === undefined ? join(fixtures, "sb3") : join(folder, runs);
    const { status, stderr } = cli(named, "-o", join(folder, target ?? "refused"), ...more);
    expect(stderr).toMatch(error);
    expect(status).toBe(2);
    expect(readdirSync(join(folder, "full"))).toEqual(["precious.txt"]);
    expect(readFileSync(join(folder, "own", "report.md"), "utf8")).toBe("A page by hand.\n");
    expect(existsSync(join(folder, "refused"))).toBe(false);
  });

  it("escapes what files say, in terminal, HTML, Markdown, SVG and CSV", async () => {
    const path = join(folder, "hostile", "<img src=x>\uffff_1");
    mkdirSync(path, { recursive: true });
    const writer = new EventFileWriter(path);
    const method = '=1+1<script>alert("1")</script>\u001b[2J&\u202e';
    const rows = [`|exp_name|${method}|`, "|env_id|<b>-v1|", "|seed|1|", "|=x<i>|`|"];
    writer.text("hyperparameters/text_summary", 0, ["|param|value|", "|-|-|", ...rows].join("\n"));
    for (const step of [1, 2, 3]) writer.scalar("charts/episodic_return", step, step);
    for (const step of [1, 2]) writer.scalar("<script>\u0007", step, step);
    writer.close();
    const target = join(folder, "escaped");
    const { status, stdout, stderr } = cli(join(folder, "hostile"), "-o", target, "--csv");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const pages = readdirSync(target, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.(html|md|svg|csv)$/.test(name),
    );
    expect(pages.length).toBeGreaterThan(6);
    for (const [name, text] of [
      ["stdout", stdout],
      ...pages.map((page) => [page, readFileSync(join(target, page), "utf8")] as const),
    ] as const) {
      expect(text.replace(/[\r\n]/g, ""), name).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (name !== "stdout" && !name.endsWith(".csv"))
        expect(text, name).not.toMatch(/<script|<b>|<i>|<img src=x/);
      if (name.endsWith(".csv")) expect(text, name).not.toMatch(/(^|[,"])\s*[=+@]/m);
    }
    const svg = await plotCurve(readRuns(join(folder, "hostile")), { y: "<script>\u0007" });
    expect(svg).toContain("&lt;script&gt;\\x07");
    expect(svg).not.toContain("<script>");
    expect(new Resvg(svg).render().width).toBe(480);
    expect(readFileSync(join(target, "report.html"), "utf8")).toContain(
      "=1+1&lt;script&gt;alert(&quot;1&quot;)",
    );
    expect(readFileSync(join(target, "report.md"), "utf8")).toContain("=1+1&lt;script&gt;alert(");
    expect(readFileSync(join(target, "arms.csv"), "utf8")).toContain(`,"'=1+1<script>alert(""1"")`);
  });
});

describe("plotCurve", () => {
  const runs = readRuns(join(fixtures, "sb3"));

  it("draws the curves of runs as one SVG, of returns, evaluations or any tag, over steps or minutes", async () => {
    for (const options of [
      {},
      { y: "evaluation" },
      { y: "train/value_loss", x: "minutes", title: "A title" },
    ] as const) {
      const svg = await plotCurve(runs, options);
      expect(svg.startsWith("<svg ")).toBe(true);
      expect(new Resvg(svg).render().width).toBe(480);
      expect(svg).toContain("PPO (2 runs)");
    }
    const svg = await plotCurve(runs, { x: "minutes", title: "A title" });
    expect(svg).toContain(">A title<");
    expect(svg).toContain(">minutes<");
  });

  it("is the same for the same runs", async () => {
    expect(await plotCurve(runs)).toBe(await plotCurve(runs));
  });

  it.each([
    {
      what: "a tag that no run has",
      options: { y: "train/values" },
      error: /^No run has "train\/values"; they have .*train\/value_loss/,
    },
    {
      what: "another axis",
      options: { x: "days" as "steps" },
      error: /^The x axis counts steps or minutes, got "days"\.$/,
    },
  ])("refuses $what", async ({ options, error }) => {
    await expect(plotCurve(runs, options)).rejects.toThrow(error);
  });

  it("refuses several environments, none, and more arms than can be told apart", async () => {
    const scalars = { "charts/episodic_return": scalarsOf([1, 2]) };
    const many = Array.from({ length: 9 }, (_, i) => runOf({ method: `m${i}`, scalars }));
    await expect(plotCurve([runOf({ scalars }), runOf({ env: "A-v1", scalars })])).rejects.toThrow(
      "A figure shows the runs of one environment, got A-v1, InvertedPendulum-v5",
    );
    await expect(plotCurve([])).rejects.toThrow("A figure shows the runs of one environment, got no run");
    await expect(plotCurve(many)).rejects.toThrow("A figure shows at most 8 arms, got 9: m0 (1 run), ");
  });

  it("leaves out what is not finite, and shows one run without a band", async () => {
    const scalars = { "charts/episodic_return": scalarsOf([1, Number.NaN, 3, Number.POSITIVE_INFINITY]) };
    const svg = await plotCurve([runOf({ scalars })]);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain("ppo-adan (1 run)");
    expect(svg).not.toContain("<polygon");
  });
});
