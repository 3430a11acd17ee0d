/** Events and log lines kept in the page; when one is full its oldest quarter goes, and the page says so. */
export const kKeptMax = 200_000;

interface Weighed<T> {
  of: (item: T) => number;
  max: number;
}

/** A list that only grows at its end and loses its oldest quarter when it is full or too heavy. Never copied. */
export class Tail<T> {
  readonly items: T[] = [];
  /** How many have gone from the front. */
  dropped = 0;
  private readonly max: number;
  private readonly weighed: Weighed<T> | null;
  private weight = 0;

  constructor(max = kKeptMax, weighed: Weighed<T> | null = null) {
    this.max = max;
    this.weighed = weighed;
  }

  /** How many there have been. */
  get total(): number {
    return this.dropped + this.items.length;
  }

  /** Gives those that had to go for it. */
  push(item: T): readonly T[] {
    const { weighed } = this;
    let gone: readonly T[] = this.items.length < this.max ? [] : this.drop(Math.ceil(this.max / 4));
    this.items.push(item);
    if (weighed === null) return gone;
    this.weight += weighed.of(item);
    while (this.weight > weighed.max && this.items.length > 1) gone = [...gone, ...this.drop(Math.ceil(this.items.length / 4))];
    return gone;
  }

  /** Lets the oldest go. */
  drop(n: number): T[] {
    const gone = this.items.splice(0, n);
    this.dropped += gone.length;
    for (const item of gone) this.weight -= this.weighed?.of(item) ?? 0;
    return gone;
  }

  clear(): void {
    this.items.length = 0;
    this.dropped = 0;
    this.weight = 0;
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
