import type { VectorCore } from "./vector-core.js";
import type { AutoresetMode } from "./vector-env.js";

/** What a vector environment says of itself, out of its core. */
export abstract class VectorBase {
  protected constructor(protected readonly core: VectorCore) {}

  get numEnvs(): number {
    return this.core.shape.numEnvs;
  }

  get autoreset(): AutoresetMode {
    return this.core.settings.autoreset;
  }

  get singleObservationSpace() {
    return this.core.singleObservationSpace;
  }

  get singleActionSpace() {
    return this.core.singleActionSpace;
  }

  get observationSpace() {
    return this.core.observationSpace;
  }

  get actionSpace() {
    return this.core.actionSpace;
  }
}
