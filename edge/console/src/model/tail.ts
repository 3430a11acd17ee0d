/** Events and log lines kept in the page; when one is full its oldest quarter goes, and the page says so. */
export const kKeptMax = 200_000;

/** A list that only grows at its end and loses its oldest quarter when it is full. Never copied. */
export class Tail<T> {
  readonly items: T[] = [];
  /** How many have gone from the front. */
  dropped = 0;
  private readonly max: number;

  constructor(max = kKeptMax) {
    this.max = max;
  }

  /** How many there have been. */
  get total(): number {
    return this.dropped + this.items.length;
  }

  push(item: T): void {
    if (this.items.length >= this.max) {
      const cut = Math.ceil(this.max / 4);
      this.items.splice(0, cut);
      this.dropped += cut;
    }
    this.items.push(item);
  }

  clear(): void {
    this.items.length = 0;
    this.dropped = 0;
  }
}

/** How many of these, which come in order, have `of` at most `bound`. */
export function countUpTo<T>(items: readonly T[], bound: number, of: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(items[middle]!) <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
