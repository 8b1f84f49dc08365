import "../builtin.js";

export type { AsyncVectorEnv } from "./async-vector-env-node.js";
export { ClipVectorAction } from "./clip-vector-action.js";
export { ClipVectorReward } from "./clip-vector-reward.js";
export { DictInfoToList, type WithInfoList } from "./dict-info-to-list.js";
export * from "./errors.js";
export { type MakeVecOptions, makeVec } from "./make-vec.js";
export { NormalizeVectorObservation } from "./normalize-vector-observation.js";
export { NormalizeVectorReward } from "./normalize-vector-reward.js";
export { RecordVectorEpisodeStatistics } from "./record-vector-episode-statistics.js";
export { RescaleVectorAction } from "./rescale-vector-action.js";
export { SyncVectorEnv } from "./sync-vector-env.js";
export { TransformVectorAction } from "./transform-vector-action.js";
export { TransformVectorObservation } from "./transform-vector-observation.js";
export { TransformVectorReward } from "./transform-vector-reward.js";
export { VectorActionWrapper } from "./vector-action-wrapper.js";
export type { VectorSettings } from "./vector-core.js";
export type {
  AutoresetMode,
  Awaitable,
  BatchArray,
  BatchedSpace,
  Seed,
  SingleSpace,
  VectorEnv,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "./vector-env.js";
export { batchInfos, type IndexedInfo, type VectorInfo, type VectorInfoValue } from "./vector-info.js";
export { VectorObservationWrapper } from "./vector-observation-wrapper.js";
export { VectorWrapper } from "./vector-wrapper.js";
