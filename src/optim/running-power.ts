/** β^t as a running product: powers of the engine differ in their last bit between versions, products do not. */
export class RunningPower {
  value = 1;

  constructor(readonly beta: number) {}

  /** factor: of this step, where β is not the same at each. */
  advance(factor = this.beta): void {
    this.value *= factor;
  }

  reset(): void {
    this.value = 1;
  }

  /** 1 - β^t, the weight that the moment's zero start still lacks. */
  get correction(): number {
    return 1 - this.value;
  }
}
