/** What a file is, from its content and never from its name or what the sender says: PDF, JPEG or PNG. */

export const fileKinds = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' } as const;
export type FileType = keyof typeof fileKinds;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The type the content has, or null. A beginning alone is easily forged: how each kind goes on and ends is looked at too. */
export function sniff(bytes: Buffer): FileType | null {
  if (bytes.length < 32) return null;
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return bytes.subarray(-2048).includes('%%EOF') ? 'application/pdf' : null;
  if (bytes.subarray(0, 8).equals(PNG)) return bytes.subarray(12, 16).toString('latin1') === 'IHDR' && bytes.subarray(-64).includes('IEND') ? 'image/png' : null;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return isJpeg(bytes) ? 'image/jpeg' : null;
  return null;
}

/** Segments one after another up to the first scan; cameras and phones may put more behind the end mark. */
function isJpeg(bytes: Buffer): boolean {
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xda) return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > at;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return false;
    at += 2 + length;
  }
  return false;
}

/** A name for saving it under: the family's own without what file systems and readers trip over, with the ending its content has. */
export function safeFileName(given: string, type: FileType): string {
  const bare = given.normalize('NFC').replace(/[\p{C}\\/:*?"<>|]+/gu, ' ').replace(/\.[A-Za-z0-9]{1,8}$/, '').replace(/^[.\s]+|[.\s]+$/g, '').slice(0, 80);
  return `${bare === '' ? '附件' : bare}.${fileKinds[type]}`;
}
