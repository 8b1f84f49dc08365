import { SettingError } from "../errors.js";

/** Rethrows an error to a program: where a sentence names flags, it names the settings of `train` and the like instead. */
export function throwInCode(error: unknown): never {
  throw error instanceof SettingError ? error.inCode() : error;
}
