import { create, type FactoryFunctionMap, type MathNode, parseDependencies } from "mathjs";
import { didYouMean, UsageError } from "../errors.js";
import { cos, exp, log, pow, sin, tanh } from "../math/index.js";

/** A quantity that may change from iteration to iteration. */
export interface Schedule {
  /** progress: iterations done / iterations, 0 at first. step: env steps done. Throws where the value is unusable. */
  at(progress: number, step: number): number;
}

const MAX_EXPRESSION_LENGTH = 500;

const FUNCTIONS: Readonly<Record<string, (...args: number[]) => number>> = {
  abs: Math.abs,
  cos,
  exp,
  log,
  max: Math.max,
  min: Math.min,
  pow,
  sin,
  sqrt: Math.sqrt,
  tanh,
};

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow,
};

const CONSTANTS: Readonly<Record<string, number>> = { pi: 3.141592653589793, e: 2.718281828459045 };
const VARIABLES = ["progress", "step"];

type Evaluate = (progress: number, step: number) => number;

/**
 * Compiles a number, or an expression of `progress` and `step` such as `"3e-4 * (1 - progress)"`.
 *
 * mathjs parses; the tree is evaluated with our own functions alone, so that no name can reach anything else and the
 * bits do not depend on the engine. key: named in errors. Throws UsageError for what does not parse, names something
 * unknown, or is not arithmetic.
 */
export function compileSchedule(source: number | string, key: string): Schedule {
  const text = String(source);
  const evaluate = typeof source === "number" ? () => source : compile(parse(source, key), source, key);
  return {
    at(progress, step) {
      const value = evaluate(progress, step);
      if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
      throw new UsageError(
        "schedule-value",
        `${key}: "${text}" is ${value} at progress ${progress}, step ${step}; it must be a finite number of at least 0.`,
      );
    },
  };
}

/** Tries a schedule over a whole run, so that a bad one fails before training starts. */
export function checkSchedule(source: number | string, key: string, totalTimesteps: number): void {
  const schedule = compileSchedule(source, key);
  for (let percent = 0; percent < 100; percent++)
    schedule.at(percent / 100, (percent / 100) * totalTimesteps);
}

let parser: ((expression: string) => MathNode) | undefined;

function parse(source: string, key: string): MathNode {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    throw invalid(
      key,
      source.slice(0, 40),
      `has ${source.length} characters, at most ${MAX_EXPRESSION_LENGTH} are read`,
    );
  }
  parser ??= create(parseDependencies as FactoryFunctionMap).parse as (expression: string) => MathNode;
  try {
    return parser(source);
  } catch (error) {
    throw invalid(key, source, `does not parse: ${(error as Error).message}`);
  }
}

/** The nodes of mathjs that are arithmetic, as far as they are read here. */
type Node =
  | { type: "ConstantNode"; value: unknown }
  | { type: "SymbolNode"; name: string }
  | { type: "ParenthesisNode"; content: Node }
  | { type: "OperatorNode"; op: string; fn: string; args: Node[] }
  | { type: "FunctionNode"; fn: { name?: string }; args: Node[] };

function compile(root: MathNode, source: string, key: string): Evaluate {
  const build = (node: Node): Evaluate => {
    switch (node.type) {
      case "ConstantNode": {
        const { value } = node;
        if (typeof value !== "number")
          throw invalid(key, source, `has ${JSON.stringify(value)} where a number belongs`);
        return () => value;
      }
      case "SymbolNode":
        return symbol(node.name);
      case "ParenthesisNode":
        return build(node.content);
      case "OperatorNode":
        return operator(node);
      case "FunctionNode":
        return call(node);
      default:
        throw invalid(
          key,
          source,
          `may hold numbers, ${VARIABLES.join(", ")}, arithmetic and functions only`,
        );
    }
  };
  const symbol = (name: string): Evaluate => {
    if (name === "progress") return (progress) => progress;
    if (name === "step") return (_progress, step) => step;
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    if (constant !== undefined) return () => constant;
    const known = [...VARIABLES, ...Object.keys(CONSTANTS)];
    throw invalid(key, source, `names "${name}"; it may name ${known.join(", ")}${hint(name, known)}`);
  };
  const operator = (node: Extract<Node, { type: "OperatorNode" }>): Evaluate => {
    const args = node.args.map(build);
    const [a, b] = args;
    if (args.length === 1 && node.fn === "unaryMinus") return (progress, step) => -a!(progress, step);
    if (args.length === 1 && node.fn === "unaryPlus") return a!;
    const apply = Object.hasOwn(OPERATORS, node.fn) ? OPERATORS[node.fn] : undefined;
    if (apply === undefined || args.length !== 2)
      throw invalid(key, source, `uses the operator "${node.op}"`);
    return (progress, step) => apply(a!(progress, step), b!(progress, step));
  };
  const call = (node: Extract<Node, { type: "FunctionNode" }>): Evaluate => {
    const name = String(node.fn.name);
    const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (apply === undefined) {
      const known = Object.keys(FUNCTIONS);
      throw invalid(key, source, `calls "${name}"; it may call ${known.join(", ")}${hint(name, known)}`);
    }
    const args = node.args.map(build);
    return (progress, step) => apply(...args.map((argument) => argument(progress, step)));
  };
  return build(root as unknown as Node);
}

function hint(name: string, known: readonly string[]): string {
  return `.${didYouMean(name, known)}`.replace(/\.$/, "");
}

function invalid(key: string, source: string, what: string): UsageError {
  return new UsageError("schedule", `${key}: the expression "${source}" ${what.replace(/\.$/, "")}.`);
}
