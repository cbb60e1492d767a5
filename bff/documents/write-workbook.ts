/**
 * Writes an .xlsx workbook of several sheets straight to a file, in memory that does not grow with the rows. hucre,
 * which reads our workbooks, streams one sheet only, or builds several in memory: docs/adr/0011.
 *
 * Formula-safe by construction: a cell is a number or an inline text in a text style, and nothing else can be
 * written. Text that begins with = + - @ is text, and stays so when somebody edits the cell.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw, type ZlibOptions } from 'node:zlib';

export type CellOut = string | number | null;
export type RowOut = readonly CellOut[];

export interface SheetOut {
  /** At most 25 characters; none of \ / ? * [ ] : */
  readonly name: string;
  readonly columns: readonly { readonly title: string; readonly width: number }[];
  /** Rows by the batch. */
  readonly batches: AsyncIterable<readonly RowOut[]>;
}

/** One sheet as it lies in the file: `part` unpacked has this SM3 (`unzip -p export.xlsx xl/worksheets/sheet1.xml`). */
export interface WrittenSheet {
  readonly name: string;
  readonly part: string;
  /** Without the header. */
  readonly rows: number;
  readonly sm3: string;
}

export interface WrittenFile {
  readonly bytes: number;
  /** SM3 of the whole file, hex. */
  readonly sm3: string;
  readonly sheets: readonly WrittenSheet[];
}

/** Excel's own limits. */
const MAX_ROWS = 1_048_576;
const MAX_CHARACTERS = 32_767;
/** Without ZIP64, which old spreadsheet programs cannot read. */
const MAX_BYTES = 0xffff_ffff;
const CHUNK_CHARACTERS = 64 * 1024;
const QUEUED_BYTES = 1024 * 1024;
const TEXT_STYLE = 1;
const HEADER_STYLE = 2;

/** Writes the file, which must not exist yet. Throws when the disk does, or past 4 GB. */
export async function writeWorkbook(file: string, sheets: readonly SheetOut[]): Promise<WrittenFile> {
  const handle = await open(file, 'wx', 0o600);
  try {
    const zip = new Zip(handle);
    const written: WrittenSheet[] = [];
    for (const sheet of sheets) {
      const source = new RowSource(sheet.batches);
      // A sheet that is full goes on in another.
      for (let number = 1; number === 1 || (await source.hasMore()); number += 1) {
        const part = `xl/worksheets/sheet${written.length + 1}.xml`;
        const before = source.taken;
        const sm3 = await zip.part(part, sheetXml(sheet.columns, source));
        written.push({ name: number === 1 ? sheet.name : `${sheet.name} (${number})`, part, rows: source.taken - before, sm3 });
      }
    }
    for (const [name, xml] of frame(written.map(({ name }) => name))) await zip.part(name, [xml]);
    await zip.end();
    await handle.sync();
    return { bytes: zip.at, sm3: zip.hash.digest('hex'), sheets: written };
  } finally {
    await handle.close();
  }
}

class RowSource {
  taken = 0;
  private batch: readonly RowOut[] = [];
  private at = 0;
  private readonly batches: AsyncIterator<readonly RowOut[]>;

  constructor(batches: AsyncIterable<readonly RowOut[]>) {
    this.batches = batches[Symbol.asyncIterator]();
  }

  async hasMore(): Promise<boolean> {
    while (this.at >= this.batch.length) {
      const next = await this.batches.next();
      if (next.done === true) return false;
      this.batch = next.value;
      this.at = 0;
    }
    return true;
  }

  /** The next row; only after `hasMore`. */
  take(): RowOut {
    this.taken += 1;
    return this.batch[this.at++]!;
  }

  /** Whether a row is at hand without waiting. */
  get isReady(): boolean {
    return this.at < this.batch.length;
  }
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

async function* sheetXml(columns: SheetOut['columns'], source: RowSource): AsyncGenerator<string> {
  const letters = columns.map((_, i) => columnName(i));
  const widths = columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('');
  let xml = `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths}</cols><sheetData>`;
  xml += rowXml(1, columns.map(({ title }) => title), letters, HEADER_STYLE);
  for (let number = 2; number <= MAX_ROWS && (source.isReady || (await source.hasMore())); number += 1) {
    xml += rowXml(number, source.take(), letters, TEXT_STYLE);
    if (xml.length < CHUNK_CHARACTERS) continue;
    yield xml;
    xml = '';
  }
  yield `${xml}</sheetData></worksheet>`;
}

function rowXml(number: number, cells: RowOut, letters: readonly string[], textStyle: number): string {
  let xml = `<row r="${number}">`;
  for (let i = 0; i < cells.length; i += 1) {
    const cell = cells[i]!;
    if (typeof cell === 'number') {
      if (Number.isFinite(cell)) xml += `<c r="${letters[i]}${number}"><v>${cell}</v></c>`;
    } else if (cell !== null && cell !== '') {
      xml += `<c r="${letters[i]}${number}" s="${textStyle}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
    }
  }
  return `${xml}</row>`;
}

function columnName(index: number): string {
  return (index >= 26 ? columnName(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

// What XML cannot hold, or Excel would read as an escape of its own: _x000D_.
const SPECIAL = /[&<>\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/;
const ALL_SPECIAL = new RegExp(SPECIAL, 'g');

function escaped(text: string): string {
  const whole = text.length <= MAX_CHARACTERS ? text : shortened(text);
  return SPECIAL.test(whole) ? whole.replace(ALL_SPECIAL, escapeOf) : whole;
}

/** Excel calls a file with longer cells damaged. */
function shortened(text: string): string {
  const note = `……（共 ${text.length} 字，此处截断 truncated）`;
  return `${text.slice(0, MAX_CHARACTERS - note.length).replace(/[\uD800-\uDBFF]$/, '')}${note}`;
}

function escapeOf(character: string): string {
  if (character === '&') return '&amp;';
  if (character === '<') return '&lt;';
  if (character === '>') return '&gt;';
  return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}

/** Everything of a workbook but its sheets. */
function frame(names: readonly string[]): readonly (readonly [string, string])[] {
  const each = (one: (number: number, name: string) => string) => names.map((name, i) => one(i + 1, name)).join('');
  return [
    ['xl/styles.xml', `${DECLARATION}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf numFmtId="49" quotePrefix="1" applyNumberFormat="1" xfId="0"/><xf numFmtId="49" quotePrefix="1" applyNumberFormat="1" fontId="1" applyFont="1" xfId="0"/></cellXfs></styleSheet>`],
    ['xl/workbook.xml', `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${each((n, name) => `<sheet name="${escaped(name)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${each((n) => `<Relationship Id="rId${n}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId${names.length + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`],
    ['_rels/.rels', `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['[Content_Types].xml', `${DECLARATION}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>${each((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${TYPES}.worksheet+xml"/>`)}</Types>`],
  ];
}

/** 1980-01-01: the archive says nothing of when it was made; the manifest does. */
const DOS_DATE = 0x0021;
/** Sizes follow the data; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATED = 8;
const VERSION = 20;

/** A zip archive written front to back. */
class Zip {
  at = 0;
  readonly hash = createHash('sm3');
  private readonly directory: Buffer[] = [];

  constructor(private readonly handle: FileHandle) {}

  /** Packs one part into the archive; the SM3 of what it unpacks to, hex. */
  async part(name: string, chunks: Iterable<string> | AsyncIterable<string>): Promise<string> {
    const own = createHash('sm3');
    const start = this.at;
    const local = this.header(0x04034b50, name, [VERSION, FLAGS, DEFLATED, 0, DOS_DATE], [0, 0, 0]);
    await this.emit(local);
    const from = this.at;
    let crc = 0;
    let size = 0;
    await pipeline(
      async function* () {
        for await (const chunk of chunks) {
          const bytes = Buffer.from(chunk);
          crc = crc32(bytes, crc);
          own.update(bytes);
          size += bytes.length;
          yield bytes;
        }
      },
      // Room for several chunks: packing goes on in its own thread while the next rows are read.
      createDeflateRaw({ level: 1, chunkSize: 64 * 1024, highWaterMark: QUEUED_BYTES } as ZlibOptions),
      async (packed: AsyncIterable<Buffer>) => {
        for await (const bytes of packed) await this.emit(bytes);
      },
    );
    const sizes = [crc, this.at - from, size];
    if (size > MAX_BYTES) throw new RangeError(`${name} is larger than 4 GB`);
    const descriptor = Buffer.alloc(16);
    [0x08074b50, ...sizes].forEach((value, i) => descriptor.writeUInt32LE(value, i * 4));
    await this.emit(descriptor);
    this.directory.push(this.header(0x02014b50, name, [VERSION, VERSION, FLAGS, DEFLATED, 0, DOS_DATE], sizes, start));
    return own.digest('hex');
  }

  async end(): Promise<void> {
    const start = this.at;
    for (const entry of this.directory) await this.emit(entry);
    const last = Buffer.alloc(22);
    last.writeUInt32LE(0x06054b50, 0);
    last.writeUInt16LE(this.directory.length, 8);
    last.writeUInt16LE(this.directory.length, 10);
    last.writeUInt32LE(this.at - start, 12);
    last.writeUInt32LE(start, 16);
    await this.emit(last);
  }

  /** A local header, or (with the place it stands at) an entry of the directory. */
  private header(signature: number, name: string, shorts: readonly number[], sizes: readonly number[], start?: number): Buffer {
    const bytes = Buffer.from(name);
    const rest = start === undefined ? 0 : 14;
    const header = Buffer.alloc(4 + shorts.length * 2 + 12 + 4 + rest);
    let at = header.writeUInt32LE(signature, 0);
    for (const value of shorts) at = header.writeUInt16LE(value, at);
    for (const value of sizes) at = header.writeUInt32LE(value, at);
    header.writeUInt16LE(bytes.length, at);
    if (start !== undefined) header.writeUInt32LE(start, header.length - 4);
    return Buffer.concat([header, bytes]);
  }

  private async emit(bytes: Buffer): Promise<void> {
    this.hash.update(bytes);
    this.at += bytes.length;
    if (this.at > MAX_BYTES) throw new RangeError('the workbook is larger than 4 GB');
    await this.handle.write(bytes);
  }
}
