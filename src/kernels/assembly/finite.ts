/** 1 when all of `count` values are finite, else 0. A value less itself is 0, unless it is infinite or no number: then NaN. */
export function allFinite(values: usize, count: i32): i32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i: i32 = 0;
  for (; i + 16 <= count; i += 16) {
    a = addDifference(a, v128.load(values));
    b = addDifference(b, v128.load(values, 16));
    c = addDifference(c, v128.load(values, 32));
    d = addDifference(d, v128.load(values, 48));
    values += 64;
  }
  let rest: f32 = 0;
  for (; i < count; i++) {
    const value = f32.load(values);
    rest += value - value;
    values += 4;
  }
  const sums = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  return i32(rest == 0) & i32(i32x4.all_true(f32x4.eq(sums, f32x4.splat(0))));
}

// @ts-ignore: decorator
@inline
function addDifference(sum: v128, values: v128): v128 {
  return f32x4.add(sum, f32x4.sub(values, values));
}
