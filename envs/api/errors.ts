import { RlAdanError, UsageError } from "../../src/errors.js";

/** The id does not follow the grammar `[namespace/]name[-vN]`. */
export class MalformedId extends UsageError {}
/** No environment of this name is registered; the message suggests the nearest. */
export class NameNotFound extends UsageError {}
/** The name is registered, but not in so high a version. */
export class VersionNotFound extends UsageError {}
/** The name is registered, but this lower version is not (any more). */
export class DeprecatedEnv extends UsageError {}
/** An environment was given an argument that it does not have, or a value that it can't take. */
export class InvalidArgument extends UsageError {}
/** `step` before the first `reset`. */
export class ResetNeeded extends RlAdanError {}
/** An action of the wrong length, or one that the environment doesn't have. */
export class InvalidAction extends RlAdanError {}
/** A bound or another number of a wrapper that leaves no sensible meaning: an empty range, an epsilon of 0. */
export class InvalidBound extends UsageError {}
