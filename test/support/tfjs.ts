import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction, createContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { vi } from "vitest";

/** Makes the back end the current one; quietly, without TensorFlow.js's advertisement for tfjs-node. */
export async function useBackend(name: "cpu" | "wasm"): Promise<void> {
  tf.env().set("IS_TEST", true);
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js has no back end ${name} here.`);
}

/** A second copy of TensorFlow.js in this realm: classes of its own, the same engine (it is a global). */
export function secondCopy(): typeof tf {
  // It warns of everything that the engine has already.
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const copy = loadTfjs();
  warn.mockRestore();
  return copy;
}

/** A copy in a realm of its own, as in a frame or under Jest: classes and an engine of its own. */
export async function copyInAnotherRealm(): Promise<typeof tf> {
  const realm = createContext({ console, process, performance, setTimeout });
  const copy = loadTfjs(Object.assign(realm, { global: realm }));
  copy.env().set("IS_TEST", true);
  await copy.setBackend("cpu");
  return copy;
}

/** CommonJS by hand: the files of TensorFlow.js are compiled anew, other packages are those that everybody has. */
function loadTfjs(realm?: object): typeof tf {
  const parameters = ["module", "exports", "require"];
  const modules = new Map<string, { exports: unknown }>();
  const load = (filename: string): unknown => {
    const known = modules.get(filename);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(filename, module);
    const outer = createRequire(filename);
    const inner = (name: string) =>
      name.startsWith("@tensorflow/") ? load(outer.resolve(name)) : outer(name);
    const options = realm === undefined ? { filename } : { filename, parsingContext: realm };
    compileFunction(readFileSync(filename, "utf8"), parameters, options)(module, module.exports, inner);
    return module.exports;
  };
  return load(createRequire(import.meta.url).resolve("@tensorflow/tfjs")) as typeof tf;
}
