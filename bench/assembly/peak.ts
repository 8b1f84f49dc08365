// The rate at which this engine multiplies and adds vectors when nothing else is to be done: twelve independent chains
// in registers, each a = a·m + c, 24 multiplications and 24 additions of four lanes a turn.
export const FLOPS_PER_TURN: i32 = 192;

export function peak(turns: i32, factor: f32, term: f32): f32 {
  const m = f32x4.splat(factor);
  const c = f32x4.splat(term);
  let a0 = c;
  let a1 = f32x4.add(a0, m);
  let a2 = f32x4.add(a1, m);
  let a3 = f32x4.add(a2, m);
  let a4 = f32x4.add(a3, m);
  let a5 = f32x4.add(a4, m);
  let a6 = f32x4.add(a5, m);
  let a7 = f32x4.add(a6, m);
  let a8 = f32x4.add(a7, m);
  let a9 = f32x4.add(a8, m);
  let a10 = f32x4.add(a9, m);
  let a11 = f32x4.add(a10, m);
  for (let i = 0; i < turns; i++) {
    a0 = f32x4.add(f32x4.mul(a0, m), c);
    a1 = f32x4.add(f32x4.mul(a1, m), c);
    a2 = f32x4.add(f32x4.mul(a2, m), c);
    a3 = f32x4.add(f32x4.mul(a3, m), c);
    a4 = f32x4.add(f32x4.mul(a4, m), c);
    a5 = f32x4.add(f32x4.mul(a5, m), c);
    a6 = f32x4.add(f32x4.mul(a6, m), c);
    a7 = f32x4.add(f32x4.mul(a7, m), c);
    a8 = f32x4.add(f32x4.mul(a8, m), c);
    a9 = f32x4.add(f32x4.mul(a9, m), c);
    a10 = f32x4.add(f32x4.mul(a10, m), c);
    a11 = f32x4.add(f32x4.mul(a11, m), c);
    a0 = f32x4.add(f32x4.mul(a0, m), c);
    a1 = f32x4.add(f32x4.mul(a1, m), c);
    a2 = f32x4.add(f32x4.mul(a2, m), c);
    a3 = f32x4.add(f32x4.mul(a3, m), c);
    a4 = f32x4.add(f32x4.mul(a4, m), c);
    a5 = f32x4.add(f32x4.mul(a5, m), c);
    a6 = f32x4.add(f32x4.mul(a6, m), c);
    a7 = f32x4.add(f32x4.mul(a7, m), c);
    a8 = f32x4.add(f32x4.mul(a8, m), c);
    a9 = f32x4.add(f32x4.mul(a9, m), c);
    a10 = f32x4.add(f32x4.mul(a10, m), c);
    a11 = f32x4.add(f32x4.mul(a11, m), c);
  }
  const s0 = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const s1 = f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7));
  const s2 = f32x4.add(f32x4.add(a8, a9), f32x4.add(a10, a11));
  return f32x4.extract_lane(f32x4.add(f32x4.add(s0, s1), s2), 0);
}
