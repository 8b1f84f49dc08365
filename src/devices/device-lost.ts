import { RlAdanError } from "../errors.js";

/** A device failed for good in the middle of a run. */
export class DeviceLostError extends RlAdanError {
  /** advice: sentences for the end of the message. */
  constructor(
    readonly device: string,
    readonly reason: string,
    advice = "",
  ) {
    const end = reason.endsWith(".") ? "" : ".";
    super("device-lost", `Device ${device} failed: ${reason}${end}${advice === "" ? "" : ` ${advice}`}`);
  }
}
