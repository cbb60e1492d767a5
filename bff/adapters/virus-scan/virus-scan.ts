/** The port to a virus scanner. Files are scanned before they are kept; one that is infected never is. */

export type ScanVerdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected' }
  /** No scanner is configured: the file is kept and marked so, and whoever downloads it is told. */
  | { readonly kind: 'unscanned' }
  /** The scanner did not answer; the upload is refused for now rather than let through. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface VirusScanner {
  scan(bytes: Buffer): Promise<ScanVerdict>;
}

/** Scans nothing, and says so. */
export const noScanner: VirusScanner = { scan: () => Promise.resolve({ kind: 'unscanned' }) };
