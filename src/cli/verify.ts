import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { promisesEqualBits } from "../devices/names.js";
import { jsonLine, printable, RlAdanError, UsageError } from "../errors.js";
import type { VerifyFinding, VerifyReference, VerifyTrace } from "../verify.js";

/** Beside dist in a package, where the published digests lie. */
const REFERENCE = fileURLToPath(new URL("../../../configs/verify/reference.json", import.meta.url));

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("Train short runs and compare every bit with the published digests.")
    .option("--device <name>", "simd, or scalar: the same bits without SIMD", "simd")
    .addOption(
      new Option("--reference <file>", "digests to compare with").default(REFERENCE, "the published ones"),
    )
    .option("--threads <n>", "threads, or auto; the bits don't depend on it", "auto")
    .option("--write", "write the digests into the reference instead of comparing them")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nThe exit code is 0 when every run is identical to the reference, else 1.")
    .action(
      async (flags: {
        device: string;
        threads: string;
        reference: string;
        write?: boolean;
        json?: boolean;
      }) => {
        if (!promisesEqualBits(flags.device)) {
          throw new UsageError(
            "device",
            `verify compares bits, which device ${flags.device} does not promise; ` +
              `rl-adan doctor --check --device ${flags.device} holds its numbers against tolerances.`,
          );
        }
        const { compareTrace, readVerifyReference, traceCase, VERIFY_CASES } = await import("../verify.js");
        const reference: VerifyReference = flags.write ? {} : readVerifyReference(flags.reference);
        const traces: Record<string, VerifyTrace> = {};
        const findings: VerifyFinding[] = [];
        for (const testCase of VERIFY_CASES) {
          const trace = await traceCase(testCase, {
            device: flags.device,
            threads: readThreads(flags.threads),
          });
          traces[testCase.name] = trace;
          if (flags.write) continue;
          const finding = compareTrace(testCase.name, trace, reference[testCase.name]);
          findings.push(finding);
          if (!flags.json) process.stdout.write(`${sentence(finding)}\n`);
        }
        if (flags.write) {
          writeFileSync(flags.reference, `${JSON.stringify(traces, null, 2)}\n`);
          process.stdout.write(
            `${flags.reference} holds what this machine gives; verify compares with that now\n`,
          );
          return;
        }
        if (flags.json) process.stdout.write(jsonLine({ device: flags.device, findings }));
        const differing = findings.filter(({ isIdentical }) => !isIdentical).length;
        if (differing === 0) return;
        throw new RlAdanError("verify", `${differing} of ${findings.length} runs differ from the reference.`);
      },
    );
}

/** The number itself is checked as the configuration key that it is. */
function readThreads(text: string): number | "auto" {
  return text === "auto" ? text : Number(text);
}

function sentence({ name, isIdentical, iteration, parts }: VerifyFinding): string {
  return isIdentical
    ? `${name}: identical to the reference`
    : `${name}: differs from iteration ${iteration} on, in ${printable(parts!.join(", "))}`;
}
