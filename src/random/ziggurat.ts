import { exp, log } from "../math/index.js";

const LAYERS = 256;

/** A falling density cut into 256 layers of equal area, the lowest of which holds the tail. */
export interface Ziggurat {
  /** Where the tail begins. */
  readonly edge: number;
  /** Of each layer: its width per unit of the drawn fraction. */
  readonly width: Float64Array;
  /** Of each layer: a drawn fraction below this lies under the curve without looking further. */
  readonly accept: Float64Array;
  /** The density at the right end of each layer; at 0, where the density starts, for the first. */
  readonly height: Float64Array;
}

interface Shape {
  readonly edge: number;
  /** Of every layer. */
  readonly area: number;
  readonly density: (x: number) => number;
  readonly inverse: (density: number) => number;
  /** Drawn fractions are whole numbers below this. */
  readonly fractions: number;
}

const NORMAL: Shape = {
  edge: 3.6541528853610088,
  area: 0.004928673233974652,
  density: (x) => exp(-0.5 * x * x),
  inverse: (density) => Math.sqrt(-2 * log(density)),
  fractions: 4503599627370496,
};

const EXPONENTIAL: Shape = {
  edge: 7.69711747013105,
  area: 0.003949659822581557,
  density: (x) => exp(-x),
  inverse: (density) => -log(density),
  fractions: 9007199254740992,
};

let normal: Ziggurat | undefined;
let exponential: Ziggurat | undefined;

/** Of exp(-x²/2), for fractions of 52 bits; made when first used. */
export function normalZiggurat(): Ziggurat {
  normal ??= layered(NORMAL);
  return normal;
}

/** Of exp(-x), for fractions of 53 bits; made when first used. */
export function exponentialZiggurat(): Ziggurat {
  exponential ??= layered(EXPONENTIAL);
  return exponential;
}

/**
 * The layers' right ends by recursion from the tail inwards; layer 0 is as wide as a rectangle of its area would be.
 *
 * Source: Marsaglia and Tsang 2000, "The ziggurat method for generating random variables", with the edges, areas and
 * layer order of NumPy's `ziggurat_constants.h`.
 */
function layered({ edge, area, density, inverse, fractions }: Shape): Ziggurat {
  const x = new Float64Array(LAYERS);
  x[LAYERS - 1] = edge;
  for (let i = LAYERS - 2; i >= 1; i--) x[i] = inverse(area / x[i + 1]! + density(x[i + 1]!));
  x[0] = area / density(edge);
  const accept = x.map((end, i) => {
    if (i === 0) return Math.floor((fractions * edge) / end);
    return i === 1 ? 0 : Math.floor((fractions * x[i - 1]!) / end);
  });
  const height = x.map((end, i) => (i === 0 ? 1 : density(end)));
  return { edge, width: x.map((end) => end / fractions), accept, height };
}
