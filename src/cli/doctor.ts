import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import type { DeviceCheck, QuantityCheck } from "../device-check-node.js";
import { DEVICES } from "../devices/names.js";
import type { DeviceReport } from "../doctor.js";
import { didYouMean, jsonLine, printable, RlAdanError, UsageError } from "../errors.js";
import { packageVersion } from "../run/package-version.js";

/** Beside dist in a package. */
const RECORDS = fileURLToPath(new URL("../../../configs/verify/ppo-updates.json", import.meta.url));

interface DoctorFlags {
  readonly check?: boolean;
  readonly device?: string;
  readonly records: string;
  readonly json?: boolean;
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("Tell which devices are here, why others are not, and how to get them.")
    .option("--check", "repeat recorded updates on the devices, and print the largest errors")
    .option("--device <name>", "this device alone")
    .addOption(
      new Option("--records <file>", "recorded updates for --check").default(RECORDS, "the package's"),
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
The records of --check are whole updates of an independent implementation in float64. The exit code is 1 when a device is off by
more than is allowed, or --device names one that is not here.

Examples:
  rl-adan doctor
  rl-adan doctor --check --device webgpu`,
    )
    .action(runDoctor);
}

async function runDoctor({ check, device, records: path, json }: DoctorFlags): Promise<void> {
  const named = DEVICES.filter((name) => device === undefined || name === device);
  if (device !== undefined && named.length === 0) {
    const names = DEVICES.join(", ");
    throw new UsageError(
      "device-unknown",
      `There is no device "${device}"; there are ${names}.${didYouMean(device, DEVICES)}`,
    );
  }
  const { reportDevices } = await import("../doctor.js");
  const reports = await reportDevices(named);
  const absent = reports.find(({ isPresent }) => !isPresent);
  if (!json) process.stdout.write(`${reportPage(reports).join("\n")}\n`);
  const checks: DeviceCheck[] = [];
  if (check) {
    const { checkDevice, readUpdateRecords } = await import("../device-check-node.js");
    const records = readUpdateRecords(path);
    for (const { device: name, isPresent } of reports) {
      if (!isPresent) continue;
      const found = await checkDevice(name, records);
      checks.push(found);
      if (!json) process.stdout.write(`\n${checkPage(found).join("\n")}\n`);
    }
  }
  if (json) process.stdout.write(jsonLine({ devices: reports, ...(check ? { checks } : {}) }));
  const failed = checks.filter(({ isWithin }) => !isWithin).map((found) => found.device);
  if (failed.length > 0) {
    throw new RlAdanError("device-check", `Off by more than is allowed: ${failed.join(", ")}.`);
  }
  if (device !== undefined && absent !== undefined) process.exitCode = 1;
}

function reportPage(reports: readonly DeviceReport[]): string[] {
  const lines = reports.map(({ device, isPresent, adapter, whyNot, what, equalBits }) => {
    const facts = [
      what,
      ...(equalBits ? ["the same bits everywhere"] : []),
      ...(adapter === null ? [] : [adapter]),
    ];
    const line = `${device.padEnd(7)} ${isPresent ? "here  " : "absent"}  ${printable(facts.join("; "))}`;
    return isPresent ? line : `${line}\n${" ".repeat(16)}${printable(whyNot!)}`;
  });
  const machine = `rl-adan ${packageVersion()}, Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores`;
  return [machine, ...lines];
}

function checkPage({ device, records, quantities, isWithin }: DeviceCheck): string[] {
  // Counts (epochs, lengths) and means are equal or wrong, as a rule: the equal ones are no news.
  const shown = quantities.filter(({ error }) => error !== 0);
  return [
    `${device}, ${records} recorded updates: ${isWithin ? "within the tolerances" : "NOT within the tolerances"}`,
    row("", "largest error", "allowed", "in"),
    ...shown.map((check) => row(check.quantity, number(check.error), number(check.tolerance), told(check))),
  ];
}

function told({ isWithin, record }: QuantityCheck): string {
  return isWithin ? record : `${record}  <- too far`;
}

function row(quantity: string, error: string, allowed: string, record: string): string {
  return `  ${quantity.padEnd(20)} ${error.padStart(13)} ${allowed.padStart(9)}  ${record}`;
}

function number(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}
