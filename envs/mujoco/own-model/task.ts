import { didYouMean } from "../../../src/errors.js";
import { InvalidArgument } from "../../api/errors.js";
import { type EnvArguments, shown } from "../../arguments.js";
import { MAX_FRAME_SKIP } from "../versions.js";
import { checkModelLimits } from "./model-limits.js";

/** Noise on the start of an episode: uniform within ± scale, or normal with that deviation. */
export interface StartNoise {
  readonly kind: "uniform" | "normal";
  readonly scale: number;
}

/** What makes a model an environment, as its arguments say it; the texts are expressions. */
export interface Task {
  /** The MJCF, and how errors name it. */
  readonly xml: string;
  readonly file: string;
  readonly frameSkip: number;
  readonly keyframe: string | undefined;
  readonly noise: { readonly qpos: StartNoise; readonly qvel: StartNoise };
  readonly quantities: ReadonlyMap<string, string>;
  readonly observation: readonly string[];
  readonly reward: ReadonlyMap<string, string>;
  readonly termination: string | undefined;
}

/** The arguments of a task. */
export const TASK_KEYS = [
  "model",
  "model_xml",
  "frame_skip",
  "reset",
  "quantities",
  "observation",
  "reward",
  "termination",
] as const;
const RESET_KEYS = ["keyframe", "qpos", "qvel"] as const;
const NOISES = ["uniform", "normal"] as const;
/** Far more than a task needs; each is computed at every step. */
const MAX_EXPRESSIONS = 100;
const NO_NOISE: StartNoise = { kind: "uniform", scale: 0 };

/** Throws InvalidArgument, naming the argument (with the nearest known one) and the value. */
export function readTask(kwargs: EnvArguments): Task {
  refuseUnknown("", kwargs, TASK_KEYS);
  const { model_xml: xml, model: file = "model.xml", frame_skip: frameSkip = 5 } = kwargs;
  if (typeof xml !== "string") {
    throw invalid(
      "needs a model: --model robot.xml, or from code the argument model_xml, which is the MJCF's text.",
    );
  }
  if (typeof file !== "string") throw invalid(`model must be a file's name, got ${shown(file)}.`);
  checkModelLimits(xml, file);
  if (
    !Number.isSafeInteger(frameSkip) ||
    (frameSkip as number) < 1 ||
    (frameSkip as number) > MAX_FRAME_SKIP
  ) {
    throw invalid(`frame_skip must be a whole number from 1 to ${MAX_FRAME_SKIP}, got ${shown(frameSkip)}.`);
  }
  const reset = mapping("reset", kwargs["reset"] ?? {});
  refuseUnknown("reset.", reset, RESET_KEYS);
  const { keyframe } = reset;
  if (keyframe !== undefined && typeof keyframe !== "string") {
    throw invalid(`reset.keyframe must be a keyframe's name, got ${shown(keyframe)}.`);
  }
  const termination = kwargs["termination"] ?? undefined;
  const task: Task = {
    xml,
    file,
    frameSkip: frameSkip as number,
    keyframe,
    noise: { qpos: noise("reset.qpos", reset["qpos"]), qvel: noise("reset.qvel", reset["qvel"]) },
    quantities: expressions("quantities", kwargs["quantities"] ?? {}),
    observation: observationParts(kwargs["observation"] ?? ["qpos", "qvel"]),
    reward: expressions("reward", kwargs["reward"] ?? {}),
    termination: termination === undefined ? undefined : expression("termination", termination),
  };
  if (task.reward.size === 0) {
    throw invalid('needs a reward: at least one term, like reward: { forward: "rate(x(body(torso)))" }.');
  }
  return task;
}

function observationParts(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid(`observation must be a list of expressions, got ${JSON.stringify(value)}.`);
  }
  if (value.length > MAX_EXPRESSIONS) {
    throw invalid(`observation has ${value.length} parts, at most ${MAX_EXPRESSIONS} are allowed.`);
  }
  return value.map((part, i) => expression(`observation[${i}]`, part));
}

function expressions(key: string, value: unknown): Map<string, string> {
  const entries = Object.entries(mapping(key, value));
  if (entries.length > MAX_EXPRESSIONS) {
    throw invalid(`${key} has ${entries.length} expressions, at most ${MAX_EXPRESSIONS} are allowed.`);
  }
  return new Map(
    entries.map(([name, text]) => {
      if (name in Object.prototype) throw invalid(`${key}: "${name}" is a name of JavaScript's own.`);
      if (!/^[A-Za-z_]\w*$/.test(name)) {
        throw invalid(`${key}: "${name}" must be a name of letters, digits and underscores.`);
      }
      return [name, expression(`${key}.${name}`, text)];
    }),
  );
}

function expression(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw invalid(`${key} must be an expression, got ${JSON.stringify(value)}.`);
}

function noise(key: string, value: unknown): StartNoise {
  if (value === undefined) return NO_NOISE;
  const given = mapping(key, value);
  refuseUnknown(`${key}.`, given, NOISES);
  const [kind] = NOISES.filter((known) => known in given);
  const scale = kind === undefined ? undefined : given[kind];
  if (Object.keys(given).length === 1 && typeof scale === "number" && scale >= 0 && scale < Infinity) {
    return { kind: kind!, scale };
  }
  throw invalid(`${key} must be { uniform: scale } or { normal: deviation }, got ${JSON.stringify(value)}.`);
}

function mapping(key: string, value: unknown): EnvArguments {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as EnvArguments;
  throw invalid(`${key} must be a mapping, got ${JSON.stringify(value)}.`);
}

function refuseUnknown(prefix: string, given: EnvArguments, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const all = prefix === "" ? [...known, "max_episode_steps"] : known;
    throw invalid(
      `there is no argument "${prefix}${name}"; known are ${all.join(", ")}.${didYouMean(name, all)}`,
    );
  }
}

function invalid(what: string): InvalidArgument {
  return new InvalidArgument("env-argument", `mujoco: ${what}`);
}
