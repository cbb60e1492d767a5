/** What a rule set would change, in words (比较). */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../shared/shanghai-time';
import type { FieldFacts } from './field';
import { ruleFields, type RuleFieldName, type RuleSetValues } from './rule-set';

export interface RuleChange {
  readonly field: RuleFieldName;
  readonly label: string;
  readonly before: string;
  readonly after: string;
  /** The whole sentence, and for whom it counts. */
  readonly text: string;
}

const reach = {
  turn: '生效时正在选房的家庭仍按原规则',
  period: '生效前已经开始的期限仍按原规则',
  everything: '生效后一律按新规则',
} as const;

/** The fields that differ, in the order of the table. */
export function compareRules(before: RuleSetValues, after: RuleSetValues): RuleChange[] {
  return (Object.keys(ruleFields) as RuleFieldName[]).flatMap((field) => {
    const [was, is] = [format(field, before), format(field, after)];
    if (JSON.stringify(before[field]) === JSON.stringify(after[field])) return [];
    const { label, appliesTo } = ruleFields[field];
    return [{ field, label, before: was, after: is, text: `${label}：由“${was}”改为“${is}”；${reach[appliesTo]}。` }];
  });
}

function format(field: RuleFieldName, values: RuleSetValues): string {
  const value = values[field];
  const { daysKind } = ruleFields[field] as FieldFacts;
  if (typeof value === 'number') return daysKind !== undefined && values[daysKind as RuleFieldName] === 'working' ? `${value}${unitLabels['workingDays']}` : formatBound(field, value);
  if (typeof value === 'boolean') return value ? '开启' : '关闭';
  if (typeof value === 'string') return ruleFields[field].options.find((option) => option.value === value)?.label ?? value;
  return value.map((item) => ('label' in item ? item.label : 'code' in item ? `${item.name}（${item.districts.join('、')}）` : `${item.district}（${item.streets.join('、')}）`)).join('；');
}

const unitLabels: Readonly<Record<string, string>> = {
  days: '天', workingDays: '个工作日', years: '年', percent: '%', multiple: '倍', times: '次', households: '户', homes: '套', floors: '层', batches: '批次', cases: '例',
};

/** A number of this field as people say it. */
export function formatBound(field: RuleFieldName, value: number): string {
  const { kind, unit } = ruleFields[field];
  if (kind === 'timeOfDay') return `${String(Math.floor(value / HOUR_MS)).padStart(2, '0')}:${String(Math.floor((value % HOUR_MS) / MINUTE_MS)).padStart(2, '0')}`;
  if (kind === 'duration') return formatDuration(value);
  return `${value}${unitLabels[unit] ?? ''}`;
}

function formatDuration(ms: number): string {
  const parts: readonly (readonly [number, string])[] = [[Math.floor(ms / HOUR_MS), '小时'], [Math.floor((ms % HOUR_MS) / MINUTE_MS), '分钟'], [(ms % MINUTE_MS) / SECOND_MS, '秒']];
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0秒';
}
