/** The module of a user's environment `Line`: walk to the right of a line, ten steps an episode. */
export const LINE_MODULE = `
const box = (low, high) => ({ kind: "box", dtype: "float32", shape: [1], low: [low], high: [high], seed() {}, sample: () => Float32Array.of(0), contains: () => true });
export class Line {
  observationSpace = box(-20, 20);
  actionSpace = box(-1, 1);
  x = 0;
  steps = 0;
  reset() { this.x = 0; this.steps = 0; return { observation: Float32Array.of(0), info: {} }; }
  step(action) {
    this.x += action[0];
    this.steps += 1;
    return { observation: Float32Array.of(this.x), reward: action[0], terminated: false, truncated: this.steps >= 10, info: {} };
  }
  close() {}
  state() { return { x: this.x, steps: this.steps }; }
  restore(state) { this.x = state.x; this.steps = state.steps; }
}
`;
