/**
 * Writes .xlsx files from raw XML, so that a test can hold every oddity a real register holds: shared, inline
 * and rich strings, phonetic runs, formulas with and without a cached value, error cells, date styles, the 1904
 * calendar, merges, hidden sheets and rows. A spreadsheet library would only write what it itself reads well.
 */
import { crc32, deflateRawSync } from 'node:zlib';

/** A cell written with care; a bare string or number is the ordinary case, null leaves the cell out. */
export interface CellSpec {
  readonly text?: string;
  /** Raw text of `<v>`: what the file says, not what JavaScript would print. */
  readonly raw?: string;
  readonly type?: 's' | 'str' | 'inlineStr' | 'n' | 'b' | 'e' | 'd';
  readonly formula?: string;
  /** Number format code, e.g. `yyyy"年"m"月"d"日"`, or the number of a built-in one. */
  readonly format?: string | number;
  /** Runs of a rich string. */
  readonly rich?: readonly string[];
  /** A phonetic guide (拼音), which is no part of the text. */
  readonly phonetic?: string;
}
export type CellInput = CellSpec | string | number | null;

export interface SheetSpec {
  readonly name: string;
  readonly rows: readonly (readonly CellInput[] | null)[];
  readonly state?: 'visible' | 'hidden' | 'veryHidden';
  readonly merges?: readonly string[];
  /** Row numbers (1-based) marked hidden. */
  readonly hiddenRows?: readonly number[];
  /** Leave out the `r` attributes, as some generators do. */
  readonly withoutReferences?: boolean;
}

export interface WorkbookSpec {
  readonly sheets: readonly SheetSpec[];
  readonly date1904?: boolean;
  /** Namespace prefix for every spreadsheet element, as some generators write (`x:`). */
  readonly prefix?: string;
}

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** `0` → `A`, `26` → `AA`. */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}

/** A zip archive of the given files. */
export function zip(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = Buffer.isBuffer(content) ? content : Buffer.from(content, 'utf8');
    const packed = deflateRawSync(data, { level: 1 });
    const nameBytes = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directoryBytes, end]);
}

/** The parts of a workbook, before zipping: a test may damage one. */
export function workbookParts(spec: WorkbookSpec): Record<string, string> {
  const p = spec.prefix ? `${spec.prefix}:` : '';
  const xmlns = `xmlns${spec.prefix ? `:${spec.prefix}` : ''}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`;
  const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const strings = new Map<string, number>();
  const formats = new Map<string | number, number>();
  const shared = (xml: string): number => {
    const known = strings.get(xml);
    if (known !== undefined) return known;
    strings.set(xml, strings.size);
    return strings.size - 1;
  };
  const style = (format: string | number): number => {
    const known = formats.get(format);
    if (known !== undefined) return known;
    formats.set(format, formats.size + 1);
    return formats.size;
  };
  const stringXml = (cell: CellSpec): string => {
    const t = (text: string): string => `<${p}t xml:space="preserve">${escape(text)}</${p}t>`;
    const body = cell.rich ? cell.rich.map((run) => `<${p}r><${p}rPr><${p}b/></${p}rPr>${t(run)}</${p}r>`).join('') : t(cell.text ?? '');
    return body + (cell.phonetic === undefined ? '' : `<${p}rPh sb="0" eb="1">${t(cell.phonetic)}</${p}rPh>`);
  };
  const cellXml = (input: CellInput, reference: string): string => {
    if (input === null) return '';
    const cell: CellSpec = typeof input === 'string' ? { text: input } : typeof input === 'number' ? { raw: String(input) } : input;
    const type = cell.type ?? (cell.text !== undefined || cell.rich ? 's' : 'n');
    const attributes = (reference ? ` r="${reference}"` : '') + (cell.format === undefined ? '' : ` s="${style(cell.format)}"`) + (type === 'n' ? '' : ` t="${type}"`);
    const formula = cell.formula === undefined ? '' : `<${p}f>${escape(cell.formula)}</${p}f>`;
    let value = '';
    if (type === 's') value = `<${p}v>${shared(stringXml(cell))}</${p}v>`;
    else if (type === 'inlineStr') value = `<${p}is>${stringXml(cell)}</${p}is>`;
    else if ((cell.raw ?? cell.text) !== undefined) value = `<${p}v>${escape(cell.raw ?? cell.text ?? '')}</${p}v>`;
    return `<${p}c${attributes}>${formula}${value}</${p}c>`;
  };
  const files: Record<string, string> = {};
  spec.sheets.forEach((sheet, index) => {
    const hidden = new Set(sheet.hiddenRows);
    const rows = sheet.rows.map((row, at) => {
      if (row === null) return '';
      const cells = row.map((cell, column) => cellXml(cell, sheet.withoutReferences ? '' : `${columnLetters(column)}${at + 1}`)).join('');
      return `<${p}row${sheet.withoutReferences ? '' : ` r="${at + 1}"`}${hidden.has(at + 1) ? ' hidden="1"' : ''}>${cells}</${p}row>`;
    });
    const merges = sheet.merges?.length ? `<${p}mergeCells>${sheet.merges.map((ref) => `<${p}mergeCell ref="${ref}"/>`).join('')}</${p}mergeCells>` : '';
    files[`xl/worksheets/sheet${index + 1}.xml`] = `<?xml version="1.0" encoding="UTF-8"?><${p}worksheet ${xmlns}><${p}sheetData>${rows.join('')}</${p}sheetData>${merges}</${p}worksheet>`;
  });
  const numFmts = [...formats.keys()].filter((format): format is string => typeof format === 'string');
  const idOf = (format: string | number): number => (typeof format === 'number' ? format : 164 + numFmts.indexOf(format));
  files['xl/styles.xml'] = `<?xml version="1.0" encoding="UTF-8"?><${p}styleSheet ${xmlns}><${p}numFmts count="${numFmts.length}">${numFmts.map((code, i) => `<${p}numFmt numFmtId="${164 + i}" formatCode="${escape(code)}"/>`).join('')}</${p}numFmts><${p}fonts count="1"><${p}font/></${p}fonts><${p}fills count="1"><${p}fill/></${p}fills><${p}borders count="1"><${p}border/></${p}borders><${p}cellStyleXfs count="1"><${p}xf numFmtId="0"/></${p}cellStyleXfs><${p}cellXfs><${p}xf numFmtId="0"/>${[...formats.keys()].map((format) => `<${p}xf numFmtId="${idOf(format)}" applyNumberFormat="1"/>`).join('')}</${p}cellXfs></${p}styleSheet>`;
  files['xl/sharedStrings.xml'] = `<?xml version="1.0" encoding="UTF-8"?><${p}sst ${xmlns} uniqueCount="${strings.size}">${[...strings.keys()].map((xml) => `<${p}si>${xml}</${p}si>`).join('')}</${p}sst>`;
  files['xl/workbook.xml'] = `<?xml version="1.0" encoding="UTF-8"?><${p}workbook ${xmlns} xmlns:r="${relationships}">${spec.date1904 ? `<${p}workbookPr date1904="1"/>` : ''}<${p}sheets>${spec.sheets.map((sheet, i) => `<${p}sheet name="${escape(sheet.name)}" sheetId="${i + 1}"${sheet.state ? ` state="${sheet.state}"` : ''} r:id="rId${i + 1}"/>`).join('')}</${p}sheets></${p}workbook>`;
  const relationship = (id: number, type: string, target: string): string => `<Relationship Id="rId${id}" Type="${relationships}/${type}" Target="${target}"/>`;
  const rels = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${body}</Relationships>`;
  const n = spec.sheets.length;
  files['xl/_rels/workbook.xml.rels'] = rels(spec.sheets.map((_, i) => relationship(i + 1, 'worksheet', `worksheets/sheet${i + 1}.xml`)).join('') + relationship(n + 1, 'styles', 'styles.xml') + relationship(n + 2, 'sharedStrings', 'sharedStrings.xml'));
  files['_rels/.rels'] = rels(relationship(1, 'officeDocument', 'xl/workbook.xml'));
  const main = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  files['[Content_Types].xml'] = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${main}.sheet.main+xml"/>${spec.sheets.map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${main}.worksheet+xml"/>`).join('')}<Override PartName="/xl/styles.xml" ContentType="${main}.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${main}.sharedStrings+xml"/></Types>`;
  return files;
}

/** A complete .xlsx file. */
export function buildWorkbook(spec: WorkbookSpec): Buffer {
  return zip(workbookParts(spec));
}
