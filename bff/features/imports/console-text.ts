/** What the import command says to the person at the keyboard. */
import { kindLabels } from '../../domain/registers/wording';
import type { ImportReport } from './report';

export const HELP = `导入房源台账、轮候名册（.xlsx）
Import the listings register or the waiting-list roll.

用法  npm run import -- 文件.xlsx [更多文件…] [选项]

  --dry-run     只检查、不写入：逐行列出会导入和不能导入的内容 (preview, nothing is written)
  --json        最后一行输出一个 JSON 对象：{ file, kind, accepted, refused, … } (last line is one JSON object)
  --data DIR    数据目录 data directory (DATA_DIR，默认 .data/city)
  --help        显示本说明

环境变量 environment: DATA_DIR, MONGODB_URI (设置时写入 MongoDB), FIELD_KEYS, INDEX_KEY, SIGNING_KEY, SMS_APP_KEY, SMS_CALLBACK_KEY

退出码 exit code
  0  文件已读懂并处理，其中可能有不能导入的行 (understood; single rows may be refused)
  1  有文件整个未导入，或无法写入 (a file was refused whole, or the store could not be written)
  2  用法不对 (usage)

每一行要么导入，要么说明原因；同一文件导入两次，不会产生任何变化。
`;

export const usage = {
  noFile: '请给出要导入的 .xlsx 文件。',
  unknownOption: (message: string) => `选项不对 (unknown option)：${message}`,
} as const;

/** Why the store could not be opened, and what to do. */
export const storeLocked = (dir: string): string =>
  `数据目录 ${dir} 正由另一个程序使用（多半是服务器正在运行），本次没有导入任何内容。\n请先停止服务器（在它的窗口按 Ctrl+C），再重新导入；或用 --data 指定另一个数据目录。`;

export const progressLine = (file: string, done: number, total: number): string => `${file}：已处理 ${done} / ${total} 行`;

const SHOWN_REFUSALS = 50;
const SHOWN_SKIPS = 20;

/** The report for a clerk: counts first, then every refused row with its reason. */
export function reportAsText(report: ImportReport): string {
  const { file, kind, accepted, unchanged, refused, refusedRows, skipped, notes, dryRun } = report;
  const lines: string[] = [];
  if (kind === 'unknown') lines.push(`${file}：整个文件未导入。`);
  else {
    const skippedRows = skipped.reduce((sum, { rows }) => sum + rows, 0);
    lines.push(`${file}（${kindLabels[kind]}）${dryRun ? '：只检查，未写入' : ''}`);
    lines.push(`  ${dryRun ? '可以导入' : '已导入'} ${accepted} 行（其中 ${unchanged} 行系统中已有、没有变化），不能导入 ${refusedRows} 行，非数据行 ${skippedRows} 行。`);
  }
  for (const { sheet, row, column, reason } of refused.slice(0, SHOWN_REFUSALS)) lines.push(`  ✗ ${place(sheet, row, column)}${reason}`);
  if (refused.length > SHOWN_REFUSALS) lines.push(`  … 另有 ${refused.length - SHOWN_REFUSALS} 条，用 --json 查看全部。`);
  for (const { sheet, row, rows, reason } of skipped.slice(0, SHOWN_SKIPS)) lines.push(`  · ${place(sheet, row, '')}${rows > 1 ? `起 ${rows} 行：` : ''}${reason}`);
  if (skipped.length > SHOWN_SKIPS) lines.push(`  … 另有 ${skipped.length - SHOWN_SKIPS} 处非数据行，用 --json 查看全部。`);
  for (const { sheet, column, note, rows } of notes) lines.push(`  ※ ${place(sheet, 0, column)}${note}${rows > 0 ? `（${rows} 行）` : ''}`);
  return `${lines.join('\n')}\n`;
}

function place(sheet: string, row: number, column: string): string {
  const parts = [sheet === '' ? '' : `“${sheet}”`, row === 0 ? '' : `第 ${row} 行`, column === '' ? '' : `“${column}”`].filter((part) => part !== '');
  return parts.length === 0 ? '' : `${parts.join(' ')}：`;
}
