/** "median (least–most)" of some numbers. */
export function spread(list, digits) {
  const [m, least, most] = [median(list), Math.min(...list), Math.max(...list)].map((value) =>
    value.toFixed(digits),
  );
  return `${m} (${least}–${most})`;
}

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
