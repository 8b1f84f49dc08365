// The SIMD kernels. No static data, no allocation: every thread instantiates this module on the same memory.
// Pointers are byte addresses of float32 arrays; shapes are those of src/kernels/kernels.ts.
export { denseForward, denseInputGradient } from "./dense";
export { denseWeightGradient } from "./weight-gradient";
export { allFinite } from "./finite";
export { relu, reluGradient, tanh, tanhGradient } from "./activations";
export { adam, adan, clear, scale, sumOfSquares } from "./optimizers";
