import { stringify } from "yaml";

/** One setting of a training run: a key of its configuration, or of its command line, and the value as that takes it. */
export interface Setting {
  readonly key: string;
  /** As YAML reads it: `1e-3` a number, `[64, 64]` a list. */
  readonly text: string;
  /** How an error names it: `x.yaml:3: key "epochs"`, `--set epochs=5`. */
  readonly subject: string;
}

/** What `rl-adan train` is told beside the keys of a configuration: the agent, a recipe, a file of keys, a model. */
export const COMMAND_KEYS = ["algorithm", "preset", "config", "model"] as const;

/** A value as text that YAML reads back as the same. */
export function textOf(value: unknown): string {
  // The same line breaks, on one line.
  if (typeof value === "string" && value.includes("\n")) return JSON.stringify(value);
  return stringify(value, {
    blockQuote: false,
    collectionStyle: "flow",
    doubleQuotedAsJSON: true,
    flowCollectionPadding: false,
    lineWidth: 0,
  }).trimEnd();
}

/** `a,b` at the commas that stand outside brackets and quotes: `[64, 64],[256, 256]` is two values. */
export function splitValues(text: string): string[] {
  const values = [""];
  let depth = 0;
  let quote: string | undefined;
  for (const character of text) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if ("[{(".includes(character)) depth += 1;
    else if ("]})".includes(character)) depth -= 1;
    if (character === "," && depth === 0 && quote === undefined) values.push("");
    else values[values.length - 1] += character;
  }
  return values.map((value) => value.trim());
}
