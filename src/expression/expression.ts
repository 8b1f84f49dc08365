import {
  type ConditionalNode,
  type ConstantNode,
  type FunctionNode,
  type MathNode,
  type OperatorNode,
  type ParenthesisNode,
  parse,
  type RelationalNode,
  type SymbolNode,
} from "mathjs/number";
import { didYouMean, UsageError } from "../errors.js";
import { cos, exp, log, pow, sin, tanh } from "../math/index.js";
import { constant, elementwise, type Scope, type ScopeFunction, type Value } from "./value.js";

/** Longer than any sensible term; with the next limit, short enough that mathjs's recursion stays shallow. */
const MAX_CHARACTERS = 400;
const MAX_BRACKETS = 40;

type Arithmetic = (...values: number[]) => number;

const FUNCTIONS = new Map<string, Arithmetic>([
  ["abs", Math.abs],
  ["cos", cos],
  ["exp", exp],
  ["floor", Math.floor],
  ["log", log],
  ["max", Math.max],
  ["min", Math.min],
  ["pow", pow],
  ["sign", Math.sign],
  ["sin", sin],
  ["sqrt", Math.sqrt],
  ["tanh", tanh],
]);

const VARIADIC = new Set(["max", "min"]);

/** Truth is 1 and 0, and whatever is not 0 is true. */
const OPERATORS = new Map<string, Arithmetic>([
  ["add", (a, b) => a! + b!],
  ["subtract", (a, b) => a! - b!],
  ["multiply", (a, b) => a! * b!],
  ["divide", (a, b) => a! / b!],
  ["pow", (a, b) => pow(a!, b!)],
  ["unaryMinus", (a) => -a!],
  ["unaryPlus", (a) => a!],
  ["smaller", (a, b) => Number(a! < b!)],
  ["smallerEq", (a, b) => Number(a! <= b!)],
  ["larger", (a, b) => Number(a! > b!)],
  ["largerEq", (a, b) => Number(a! >= b!)],
  ["equal", (a, b) => Number(a! === b!)],
  ["unequal", (a, b) => Number(a! !== b!)],
  ["and", (a, b) => Number(a! !== 0 && b! !== 0)],
  ["or", (a, b) => Number(a! !== 0 || b! !== 0)],
  ["not", (a) => Number(a! === 0)],
]);

const LANGUAGE =
  "an expression is arithmetic (+ - * / ^), comparisons (< <= > >= == !=), and, or, not, a ? b : c and parentheses";

/**
 * Turns an expression over the names of a scope into the numbers that it stands for; `key` is how errors name it.
 *
 * mathjs only parses; the tree is evaluated here, by our own functions, so that the bits are the same on every engine
 * and nothing of mathjs (assignment, property access, units, matrices, functions of one's own) can be reached.
 *
 * Throws UsageError naming `key`, the expression and the place where it does not parse or names what it may not.
 */
export function compileExpression(source: string, key: string, scope: Scope): Value {
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
  return compileNode(parseExpression(source, key), { source, key, scope });
}

/** What every expression may name, whatever its scope. */
export function isBuiltinName(name: string): boolean {
  return name === "pi" || FUNCTIONS.has(name);
}

interface Place {
  readonly source: string;
  readonly key: string;
  readonly scope: Scope;
}

function parseExpression(source: string, key: string): MathNode {
  try {
    return parse(source);
  } catch (cause) {
    // mathjs ends its sentence with "(char N)", counted from 1.
    const reason =
      cause instanceof Error ? cause.message.replace(/\(char (\d+)\)/, "at character $1") : String(cause);
    const hint = Object.entries(OTHER_LANGUAGES).find(([sign]) => source.includes(sign))?.[1];
    throw invalid(
      key,
      `"${source}" does not parse: ${reason}.${hint === undefined ? "" : ` Write ${hint}.`}`,
      cause,
    );
  }
}

/** What people write out of habit, and what it is here. */
const OTHER_LANGUAGES = { "&&": "and", "||": "or", "**": "^" } as const;

function compileNode(node: MathNode, place: Place): Value {
  switch (node.type) {
    case "ParenthesisNode":
      return compileNode((node as ParenthesisNode).content, place);
    case "ConstantNode":
      return compileConstant((node as ConstantNode).value as unknown, node, place);
    case "SymbolNode":
      return compileSymbol((node as SymbolNode).name, place);
    case "OperatorNode": {
      const { fn, op, args } = node as OperatorNode;
      if (fn !== "and" && fn !== "or") refuseLooseNot(args, place);
      return combine(operatorOf(fn, op, place), args, node, place);
    }
    case "RelationalNode":
      return compileChain(node as RelationalNode, place);
    case "ConditionalNode": {
      const { condition, trueExpr, falseExpr } = node as ConditionalNode;
      return combine((a, b, c) => (a !== 0 ? b! : c!), [condition, trueExpr, falseExpr], node, place);
    }
    case "FunctionNode":
      return compileCall(node as FunctionNode, place);
    default:
      throw forbidden(node.toString(), place);
  }
}

function compileConstant(value: unknown, node: MathNode, place: Place): Value {
  if (typeof value !== "number" || !Number.isFinite(value)) throw forbidden(node.toString(), place);
  return constant(value);
}

function compileSymbol(name: string, place: Place): Value {
  if (name === "pi") return constant(Math.PI);
  const variable = place.scope.variables.get(name);
  if (variable !== undefined) return variable;
  if (FUNCTIONS.has(name) || place.scope.functions.has(name))
    throw invalid(place.key, `"${place.source}" uses ${at(name, place)} without arguments.`);
  throw unknownName(name, place);
}

function operatorOf(name: string, shown: string, place: Place): Arithmetic {
  const operator = OPERATORS.get(name);
  if (operator === undefined) throw forbidden(shown, place);
  return operator;
}

/** `0.7 < z < 2`: true when each neighbouring pair is. */
function compileChain(node: RelationalNode, place: Place): Value {
  refuseLooseNot(node.params, place);
  const operators = (node.conditionals as unknown as string[]).map((name) => operatorOf(name, name, place));
  const holds: Arithmetic = (...values) =>
    Number(operators.every((operator, i) => operator(values[i]!, values[i + 1]!) !== 0));
  return combine(holds, node.params, node, place);
}

/** `not z > 1` is (not z) > 1 to mathjs, which nobody means. */
function refuseLooseNot(operands: readonly MathNode[], place: Place): void {
  const isNot = (node: MathNode) => node.type === "OperatorNode" && (node as OperatorNode).fn === "not";
  if (operands.length === 1 || !operands.some(isNot)) return;
  throw invalid(
    place.key,
    `"${place.source}" leaves open what ${at("not", place)} belongs to; write not (…), or (not …).`,
  );
}

function compileCall(node: FunctionNode, place: Place): Value {
  if ((node.fn as MathNode).type !== "SymbolNode") throw forbidden(node.fn.toString(), place);
  const { name } = node.fn as unknown as SymbolNode;
  const own = place.scope.functions.get(name);
  if (own !== undefined) return compileOwn(own, name, node, place);
  const call = FUNCTIONS.get(name);
  if (call === undefined) {
    if (name === "pi" || place.scope.variables.has(name)) {
      throw invalid(
        place.key,
        `"${place.source}" calls ${at(name, place)}, which is a number; write ${name} * (…).`,
      );
    }
    throw unknownName(name, place);
  }
  const least = name === "pow" ? 2 : 1;
  requireArguments(node, name, [least, VARIADIC.has(name) ? Number.POSITIVE_INFINITY : least], place);
  return combine(call, node.args, node, place);
}

function compileOwn(own: ScopeFunction, name: string, node: FunctionNode, place: Place): Value {
  const [least, most] = own.values;
  requireArguments(node, name, [own.names + least, own.names + most], place);
  const names = node.args.slice(0, own.names).map((argument) => nameIn(argument, name, place));
  const values = node.args.slice(own.names).map((argument) => compileNode(argument, place));
  try {
    return own.build(names, values);
  } catch (cause) {
    throw invalid(place.key, `"${place.source}" ${(cause as Error).message}`, cause);
  }
}

function nameIn(argument: MathNode, call: string, place: Place): string {
  if (argument.type === "SymbolNode") return (argument as SymbolNode).name;
  const value = argument.type === "ConstantNode" ? ((argument as ConstantNode).value as unknown) : undefined;
  if (typeof value === "string") return value;
  throw invalid(
    place.key,
    `"${place.source}" gives ${at(argument.toString(), place)} to ${call}, which takes a name: ${call}(torso), or ${call}("left-foot") where it is no plain word.`,
  );
}

function requireArguments(
  node: FunctionNode,
  name: string,
  [least, most]: readonly [number, number],
  place: Place,
): void {
  const given = node.args.length;
  if (given >= least && given <= most) return;
  const wanted =
    most === Number.POSITIVE_INFINITY
      ? `at least ${least}`
      : least === most
        ? `${least}`
        : `${least} to ${most}`;
  const noun = wanted.endsWith("1") ? "argument" : "arguments";
  throw invalid(
    place.key,
    `"${place.source}" calls ${at(name, place)} with ${given}; it takes ${wanted} ${noun}.`,
  );
}

function combine(apply: Arithmetic, nodes: readonly MathNode[], whole: MathNode, place: Place): Value {
  const values = nodes.map((node) => compileNode(node, place));
  const combined = elementwise(values, apply);
  if (combined !== undefined) return combined;
  const lengths = values.map(({ length }) => length).join(" and ");
  throw invalid(
    place.key,
    `"${place.source}" puts together ${lengths} numbers in ${at(whole.toString(), place)}; they must be as many, or one.`,
  );
}

function unknownName(name: string, place: Place): UsageError {
  const known = namesIn(place);
  return invalid(
    place.key,
    `"${place.source}" names ${at(name, place)}; an expression may name ${known.join(", ")}.${didYouMean(name, known)}`,
  );
}

function forbidden(what: string, place: Place): UsageError {
  return invalid(
    place.key,
    `"${place.source}" contains ${at(what, place)}; ${LANGUAGE}, with ${namesIn(place).join(", ")}.`,
  );
}

function namesIn({ scope }: Place): string[] {
  return [...new Set([...scope.variables.keys(), "pi", ...scope.functions.keys(), ...FUNCTIONS.keys()])];
}

/** `"name" at character 7`; without the place when mathjs prints the part differently from how it was written. */
function at(printed: string, { source }: Place): string {
  const part = printed.replace(/\s+/g, " ");
  const isName = /^\w+$/.test(part);
  const index = isName ? source.search(new RegExp(`\\b${part}\\b`)) : source.indexOf(part);
  return index < 0 ? `"${part}"` : `"${part}" at character ${index + 1}`;
}

function invalid(key: string, what: string, cause?: unknown): UsageError {
  return new UsageError("expression", `${key}: ${what}`, cause === undefined ? undefined : { cause });
}
