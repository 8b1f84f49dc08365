import {
  type ConstantNode,
  type FunctionNode,
  type MathNode,
  type OperatorNode,
  type ParenthesisNode,
  parse,
  type SymbolNode,
} from "mathjs/number";
import { didYouMean, UsageError } from "../errors.js";
import { cos, exp, log, pow, sin, tanh } from "../math/index.js";

/** What an expression sees: the share of iterations done (0 at first) and the env steps done. */
export type Expression = (progress: number, step: number) => number;

/** Longer than any sensible schedule; with the next limit, short enough that mathjs's recursion stays shallow. */
const MAX_CHARACTERS = 200;
const MAX_BRACKETS = 40;

const VARIABLES = new Map<string, Expression>([
  ["progress", (progress) => progress],
  ["step", (_progress, step) => step],
  ["pi", () => Math.PI],
]);

const FUNCTIONS = new Map<string, (...values: number[]) => number>([
  ["abs", Math.abs],
  ["cos", cos],
  ["exp", exp],
  ["log", log],
  ["max", Math.max],
  ["min", Math.min],
  ["pow", pow],
  ["sin", sin],
  ["sqrt", Math.sqrt],
  ["tanh", tanh],
]);

const VARIADIC = new Set(["max", "min"]);

const OPERATORS = new Map<string, (a: number, b: number) => number>([
  ["add", (a, b) => a + b],
  ["subtract", (a, b) => a - b],
  ["multiply", (a, b) => a * b],
  ["divide", (a, b) => a / b],
  ["pow", pow],
  ["unaryMinus", (a) => -a],
  ["unaryPlus", (a) => a],
]);

/**
 * Turns an arithmetic expression of `progress` and `step` into a function.
 *
 * mathjs only parses; the tree is evaluated here, by our own functions, so that the bits are the same on every engine
 * and nothing of mathjs (assignment, property access, units, matrices, functions of one's own) can be reached.
 *
 * Throws UsageError naming `key`, the expression and the place where it does not parse or names what it may not.
 */
export function compileExpression(source: string, key: string): Expression {
  if (source.length > MAX_CHARACTERS) {
    throw invalid(
      key,
      `the expression has ${source.length} characters, at most ${MAX_CHARACTERS} are allowed.`,
    );
  }
  if (source.replace(/[^([{]/g, "").length > MAX_BRACKETS) {
    throw invalid(key, `the expression opens more than ${MAX_BRACKETS} brackets.`);
  }
  if (source.trim() === "") throw invalid(key, "the expression is empty.");
  return compileNode(parseExpression(source, key), { source, key });
}

interface Place {
  readonly source: string;
  readonly key: string;
}

function parseExpression(source: string, key: string): MathNode {
  try {
    return parse(source);
  } catch (cause) {
    // mathjs ends its sentence with "(char N)", counted from 1.
    const reason =
      cause instanceof Error ? cause.message.replace(/\(char (\d+)\)/, "at character $1") : String(cause);
    throw invalid(key, `"${source}" does not parse: ${reason}.`, cause);
  }
}

function compileNode(node: MathNode, place: Place): Expression {
  switch (node.type) {
    case "ParenthesisNode":
      return compileNode((node as ParenthesisNode).content, place);
    case "ConstantNode":
      return compileConstant((node as ConstantNode).value as unknown, node, place);
    case "SymbolNode":
      return compileSymbol((node as SymbolNode).name, place);
    case "OperatorNode":
      return compileOperator(node as OperatorNode, place);
    case "FunctionNode":
      return compileCall(node as FunctionNode, place);
    default:
      throw forbidden(node.toString(), place);
  }
}

function compileConstant(value: unknown, node: MathNode, place: Place): Expression {
  if (typeof value !== "number" || !Number.isFinite(value)) throw forbidden(node.toString(), place);
  return () => value;
}

function compileSymbol(name: string, place: Place): Expression {
  const variable = VARIABLES.get(name);
  if (variable !== undefined) return variable;
  if (FUNCTIONS.has(name))
    throw invalid(place.key, `"${place.source}" uses ${at(name, place)} without arguments.`);
  throw unknownName(name, place);
}

function compileOperator(node: OperatorNode, place: Place): Expression {
  const operator = OPERATORS.get(node.fn);
  if (operator === undefined) throw forbidden(node.op, place);
  const [a, b] = node.args.map((argument) => compileNode(argument, place));
  if (b === undefined) return (progress, step) => operator(a!(progress, step), 0);
  return (progress, step) => operator(a!(progress, step), b(progress, step));
}

function compileCall(node: FunctionNode, place: Place): Expression {
  if ((node.fn as MathNode).type !== "SymbolNode") throw forbidden(node.fn.toString(), place);
  const { name } = node.fn as unknown as SymbolNode;
  const call = FUNCTIONS.get(name);
  if (call === undefined) {
    if (VARIABLES.has(name)) {
      throw invalid(
        place.key,
        `"${place.source}" calls ${at(name, place)}, which is a number; write ${name} * (…).`,
      );
    }
    throw unknownName(name, place);
  }
  const values = node.args.map((argument) => compileNode(argument, place));
  const wanted = VARIADIC.has(name) ? Math.max(1, values.length) : name === "pow" ? 2 : 1;
  if (values.length !== wanted) {
    const many = VARIADIC.has(name)
      ? "at least 1 argument"
      : wanted === 1
        ? "1 argument"
        : `${wanted} arguments`;
    throw invalid(
      place.key,
      `"${place.source}" calls ${at(name, place)} with ${values.length}; it takes ${many}.`,
    );
  }
  return (progress, step) => call(...values.map((value) => value(progress, step)));
}

function unknownName(name: string, place: Place): UsageError {
  const known = [...VARIABLES.keys(), ...FUNCTIONS.keys()];
  return invalid(
    place.key,
    `"${place.source}" names ${at(name, place)}; an expression may name ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

function forbidden(what: string, place: Place): UsageError {
  return invalid(
    place.key,
    `"${place.source}" contains ${at(what, place)}; an expression is arithmetic (+ - * / ^ and parentheses) ` +
      `with ${[...VARIABLES.keys()].join(", ")} and the functions ${[...FUNCTIONS.keys()].join(", ")}.`,
  );
}

/** `"name" at character 7`; without the place when mathjs prints the part differently from how it was written. */
function at(printed: string, { source }: Place): string {
  const part = printed.replace(/\s+/g, " ");
  const isName = /^\w+$/.test(part);
  const index = isName ? source.search(new RegExp(`\\b${part}\\b`)) : source.indexOf(part);
  return index < 0 ? `"${part}"` : `"${part}" at character ${index + 1}`;
}

function invalid(key: string, what: string, cause?: unknown): UsageError {
  return new UsageError("schedule", `${key}: ${what}`, cause === undefined ? undefined : { cause });
}
