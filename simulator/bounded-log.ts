/** Trimming moves the whole array; once per tenth of the limit its cost is negligible. */
const TRIM_SHARE = 0.1;

/** Keeps the newest entries of a log. */
export class BoundedLog<T> {
  private readonly kept: T[] = [];

  /** @param limit number of entries that are certainly kept; up to a tenth more may be */
  constructor(
    private readonly limit: number,
    /** Receives each entry that has become the `detailLimit`th newest, to drop its large fields. */
    private readonly detail?: { readonly limit: number; drop(entry: T): void },
  ) {}

  /** Oldest first. */
  get entries(): readonly T[] {
    return this.kept;
  }

  push(entry: T): void {
    this.kept.push(entry);
    if (this.detail !== undefined) {
      const ageing = this.kept[this.kept.length - 1 - this.detail.limit];
      if (ageing !== undefined) {
        this.detail.drop(ageing);
      }
    }
    if (this.kept.length > this.limit * (1 + TRIM_SHARE)) {
      this.kept.splice(0, this.kept.length - this.limit);
    }
  }

  clear(): void {
    this.kept.length = 0;
  }
}
