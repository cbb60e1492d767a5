/** What a check of papers has to say, in Chinese and English (S2). */

export interface Finding {
  /** `open`: these papers prove it neither way. */
  readonly verdict: 'proven' | 'wrong' | 'open';
  readonly zh: string;
  readonly en: string;
}

/** Findings in the order they were made. */
export class Findings {
  readonly list: Finding[] = [];

  proven(zh: string, en: string): void {
    this.list.push({ verdict: 'proven', zh, en });
  }

  wrong(zh: string, en: string): void {
    this.list.push({ verdict: 'wrong', zh, en });
  }

  open(zh: string, en: string): void {
    this.list.push({ verdict: 'open', zh, en });
  }
}
