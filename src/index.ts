export { formatError, RlAdanError, ShapeError, UsageError } from "./errors.js";
