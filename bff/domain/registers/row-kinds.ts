/**
 * Telling the rows of a register apart: homes and families, and all that is neither — blank rows, totals, repeated
 * headers, column numbers, footers. What is not certainly one of those is data, and is read or refused as such.
 */
import type { RegisterRow } from './cell';
import { type RegisterHeader, repeatsHeader, shownText } from './header';
import { skips } from './wording';

export type SkipReason = (typeof skips)[keyof typeof skips];

const TOTAL = /^(?:本页|本表|本区|本小区|以上)?(?:合计|小计|总计|共计|累计|总数)(?:[:：(（]|\d|$|（|数|户|套)|(?:合计|小计|总计|共计)[:：]?$/;
const FOOTER = /^(?:制表|填表|填报|审核|复核|经办|编制|统计|打印|单位负责|负责人|主管|分管|联系人|制单|审批|盖章|日期|注|备注|说明|填表说明|备注说明|附注)(?:人|单位|日期|时间|时点|领导)?(?:签字|签名|签章|\(签字\)|\(盖章\))?\s*[:：]|^(?:注|备注|说明)\s*\d?[.、．]/;
/** At the end of a printed page, with more to come. */
const PAGE_END = /^第\s*\d+\s*页|^\(?(?:续表|接上页|转下页|以下空白|本页以下空白)\)?$|^-+\s*以下空白\s*-+$/;
const TITLE = /(?:台账|名册|一览表|统计表|汇总表|明细表|登记表|清单|花名册)(?:\(.*\))?(?:\(续.*\))?$/;

/** Recognises the rows of one sheet, in order: a footer's further lines follow from the line before. */
export function rowSorter(header: RegisterHeader): (row: RegisterRow) => SkipReason | null {
  const [key, second] = (header.kind === 'listings' ? ['room', 'building'] as const : ['identity', 'name'] as const).map((name) => header.columns.get(name)?.at ?? -1);
  // A home or a family fills most columns; a total, a footer or a title a few.
  const few = Math.ceil(header.columns.size / 2);
  let inFooter = false;
  return (row) => {
    const filled = filledCells(row, few);
    if (filled.length === 0) return skips.blank;
    const first = filled[0]!.text;
    const isAnchored = filled.some(({ at, text }) => (at === key || at === second) && !TOTAL.test(text));
    if (filled.length < few || !isAnchored) {
      if (filled.slice(0, 3).some(({ text }) => TOTAL.test(text))) return skips.total;
      if (FOOTER.test(first)) {
        inFooter = true;
        return skips.footer;
      }
      if (PAGE_END.test(first) || (filled.length === 1 && inFooter)) return skips.footer;
      if (filled.length === 1 && TITLE.test(first)) return skips.aboveHeader;
    } else if (repeatsHeader(row, header)) return skips.repeatedHeader;
    else if (filled.every(({ at, text }) => text.replace(/[()]/g, '') === String(at + 1))) return skips.columnNumbers;
    inFooter = false;
    return null;
  };
}

/** The first cells of a row that say anything, at most `most`. */
function filledCells(row: RegisterRow, most: number): { at: number; text: string }[] {
  const filled: { at: number; text: string }[] = [];
  for (let at = 0; at < row.cells.length && filled.length < most; at += 1) {
    const cell = row.cells[at]!;
    if (cell.kind === 'blank') continue;
    // A formula without a result says something, we only do not know what.
    const text = cell.kind === 'formula' && cell.result === null ? '=' : shownText(cell);
    if (text !== '') filled.push({ at, text });
  }
  return filled;
}
