import { wholeNumber } from "../config/fields.js";
import { throwProblems, unfitValues } from "../config/validate.js";

/** Throws UsageError, naming the argument, when a program's count is no whole number of at least 1. */
export function checkCount(name: string, value: number): void {
  throwProblems(
    unfitValues(new Map([[name, { value, subject: name }]]), { [name]: wholeNumber({ min: 1 }) }),
  );
}
