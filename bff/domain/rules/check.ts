/** Whether typed-in values make a rule set: every field within its bounds, and the fields in keeping with each other. */
import type { FieldProblem } from '../../../shared/errors';
import { formatBound } from './compare';
import { ruleFields, ruleSetValues, type RuleFieldName, type RuleSetValues } from './rule-set';

export type Checked = { readonly values: RuleSetValues; readonly problems: null } | { readonly values: null; readonly problems: readonly FieldProblem[] };

/** Paths are `values.<field>`; the sentences name the field by its Chinese label. */
export function checkValues(input: Readonly<Record<string, unknown>>): Checked {
  const unknown = Object.keys(input).filter((name) => !(name in ruleFields));
  const problems: FieldProblem[] = unknown.map((name) => ({ path: `values.${name}`, message: '没有这一项规则' }));
  for (const name of Object.keys(ruleFields) as RuleFieldName[]) {
    if (!ruleFields[name].schema.safeParse(input[name]).success) problems.push({ path: `values.${name}`, message: `${ruleFields[name].label}：${expectation(name)}` });
  }
  if (problems.length > 0) return { values: null, problems };
  const values = ruleSetValues.parse(input);
  const contradictions = contradictionsOf(values);
  return contradictions.length > 0 ? { values: null, problems: contradictions } : { values, problems: null };
}

function expectation(name: RuleFieldName): string {
  const { kind, min, max, options } = ruleFields[name];
  if (kind === 'areas') return '每个区域应有代码（小写字母和数字）、名称和至少一个所属区';
  if (kind === 'streets') return '每项应有所属区，街道（乡镇）名称不为空';
  if (kind === 'switch') return '请选择开启或关闭';
  if (kind === 'choice') return `请选择${options.map((option) => option.label).join('或')}`;
  return `应在 ${formatBound(name, min ?? 0)} 至 ${formatBound(name, max ?? 0)} 之间`;
}

function contradictionsOf(values: RuleSetValues): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const must = (holds: boolean, name: RuleFieldName, message: string) => {
    if (!holds) problems.push({ path: `values.${name}`, message: `${ruleFields[name].label}：${message}` });
  };
  must(values.windowStartMs < values.windowEndMs, 'windowEndMs', '应晚于通知开始时间');
  must(values.secondChannelAfterMs <= values.callTaskAfterMs, 'callTaskAfterMs', '不应早于改用第二渠道的时间');
  must(values.callTaskAfterMs < values.turnMs, 'callTaskAfterMs', '应短于选房时长，否则来不及打电话');
  const { areas } = values;
  must(new Set(areas.map((area) => area.code)).size === areas.length, 'areas', '区域代码重复');
  must(new Set(areas.map((area) => area.name)).size === areas.length, 'areas', '区域名称重复');
  const districts = areas.flatMap((area) => area.districts);
  must(new Set(districts).size === districts.length, 'areas', '同一所属区列入了两处');
  return problems;
}
