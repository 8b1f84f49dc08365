import "../builtin.js";

export type { AsyncVectorEnv } from "./async-vector-env-node.js";
export * from "./errors.js";
export { type MakeVecOptions, makeVec } from "./make-vec.js";
export { RecordVectorEpisodeStatistics } from "./record-vector-episode-statistics.js";
export { SyncVectorEnv } from "./sync-vector-env.js";
export type { VectorSettings } from "./vector-core.js";
export type {
  AutoresetMode,
  Awaitable,
  Seed,
  VectorEnv,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "./vector-env.js";
export { batchInfos, type IndexedInfo, type VectorInfo, type VectorInfoValue } from "./vector-info.js";
export { VectorWrapper } from "./vector-wrapper.js";
