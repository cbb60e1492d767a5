/** Chance from a name: the same name, the same futures, on every machine. Pure; nothing secret rests on it. */

/** sfc32, seeded by FNV-1a over the name. */
export class NamedChance {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(name: string) {
    const word = (offset: number) => {
      let hash = 0x811c9dc5 ^ offset;
      for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
      return hash | 0;
    };
    [this.a, this.b, this.c] = [word(0), word(0x9e3779b9), word(0x85ebca6b)];
    for (let at = 0; at < 12; at += 1) this.next();
  }

  /** 0 ≤ x < 1. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number, 0 ≤ n < `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }
}
