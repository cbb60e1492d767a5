/** H5: a list as a spreadsheet to take along. Masked like the screen it comes from, and on record (P2, S1). */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeWorkbook, type SheetOut } from '../../documents/write-workbook';
import { Download } from '../../http/request';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Writes one sheet to a file of its own that is gone once it was sent. */
export async function workbookDownload(sheet: SheetOut, fileName: string): Promise<Download> {
  const dir = await mkdtemp(path.join(tmpdir(), 'assignment-list-'));
  try {
    const file = path.join(dir, 'list.xlsx');
    const { bytes } = await writeWorkbook(file, [sheet]);
    const stream = createReadStream(file);
    stream.once('close', () => void rm(dir, { recursive: true, force: true }));
    return new Download(stream, fileName, bytes, XLSX);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}
