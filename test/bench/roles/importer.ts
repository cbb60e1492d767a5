/** Imports a register as the import command does, or only reads its workbook with the library. One task a process: a clerk imports once. */
import { readFile } from 'node:fs/promises';
import { readXlsx } from 'hucre/xlsx';
import { importRegister } from '../../../bff/features/imports/handlers';
import { openKernel } from '../city';
import { timed } from '../measure';
import type { Offers } from '../processes';

export const importer: Offers = {
  async read(file: string): Promise<number> {
    let rows = 0;
    const tookMs = await timed(async () => {
      const { sheets } = await readXlsx(await readFile(file));
      rows = sheets[0]!.rows.length;
    });
    if (rows < 2) throw new Error('the library read nothing');
    return tookMs;
  },

  async import({ file, dataDir, rows }: { file: string; dataDir: string; rows: number }): Promise<number> {
    const kernel = await openKernel(dataDir);
    const act = { actor: { kind: 'staff' as const, id: 'bench', role: null }, from: 'bench', why: 'bench' };
    let accepted = 0;
    const tookMs = await timed(async () => {
      const report = await importRegister(kernel, act, file);
      accepted = report.accepted;
    });
    await kernel.store.close();
    if (accepted !== rows) throw new Error(`${accepted} of ${rows} rows were imported`);
    return tookMs;
  },
};
