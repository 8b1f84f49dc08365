export { IndexStream, NormalStream, UniformStream } from "./counter-streams.js";
export { Pcg64, type Pcg64State } from "./pcg64.js";
export { permutation } from "./permutation.js";
export { type StreamKey, streamKey, streamSeed64 } from "./streams.js";
