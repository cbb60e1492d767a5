/**
 * Where files handed in are kept: outside the database, each encrypted under the field keys (P2), in a directory of
 * its own in the data directory. Several processes share it as they share the database.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FieldCrypto } from '../../security/field-crypto';

const NAME = /^[A-Za-z0-9-]{1,100}$/;

export class FileVault {
  constructor(private readonly dir: string, private readonly crypto: Pick<FieldCrypto, 'sealBytes' | 'openBytes' | 'keyVersion'>) {}

  /** Keeps a file under its id; on disk, whole, before this returns. Written again under the same id, the last one stays. */
  async keep(id: string, bytes: Buffer): Promise<void> {
    const file = this.fileOf(id);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const scratch = `${file}.${randomUUID()}`;
    try {
      const handle = await open(scratch, 'wx', 0o600);
      try {
        await handle.writeFile(await this.crypto.sealBytes(bytes));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(scratch, file);
    } catch (error) {
      await rm(scratch, { force: true });
      throw error;
    }
  }

  /** The file again; null when there is none. Throws FieldCryptoError when it was altered. */
  async read(id: string): Promise<Buffer | null> {
    try {
      return await this.crypto.openBytes(await readFile(this.fileOf(id)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Takes back a file nobody was told of: the change that would have named it did not happen. */
  async discard(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  /** Brings one file under the current key; whether there was anything to do. */
  async reseal(id: string, dryRun: boolean): Promise<boolean> {
    const file = this.fileOf(id);
    let head: Buffer;
    try {
      const handle = await open(file, 'r');
      try {
        head = (await handle.read(Buffer.alloc(16), 0, 16, 0)).buffer;
      } finally {
        await handle.close();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    if (head.toString('latin1').startsWith(`s1.${this.crypto.keyVersion}.`)) return false;
    if (!dryRun) await this.keep(id, await this.crypto.openBytes(await readFile(file)));
    return true;
  }

  private fileOf(id: string): string {
    // Ids are ours; that none ever leaves the directory does not rest on that.
    if (!NAME.test(id)) throw new RangeError('not the id of a file');
    return path.join(this.dir, id.slice(-2), `${id}.sealed`);
  }
}
