/** Chance from a seed: the only randomness of a simulation. Streams forked by name do not disturb one another. */
import { createHash } from 'node:crypto';
import type { Chance } from '../../bff/security/chance';

/** sfc32 (PractRand-tested, 128 bits of state), seeded through SHA-256. */
export class SeededChance implements Chance {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(private readonly name: string) {
    const seed = createHash('sha256').update(name).digest();
    [this.a, this.b, this.c] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8)];
    for (let i = 0; i < 12; i += 1) this.next();
  }

  fork(name: string): SeededChance {
    return new SeededChance(`${this.name}/${name}`);
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

  /** Whole numbers from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error('chance has nothing to choose from');
    return item;
  }

  /** One of the names, each as likely as its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let rest = this.next() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) if ((rest -= weights[name]) < 0) return name;
    return names[names.length - 1]!;
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let i = 0; i < count; i += 1) bytes[i] = this.int(0, 255);
    return bytes;
  }
}
