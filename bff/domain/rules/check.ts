/** Whether typed-in values make a rule set: every field within its bounds, and the fields in keeping with each other. */
import type { FieldProblem } from '../../../shared/errors';
import { saysNone } from '../registers/people';
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
  if (kind === 'categories') return '每项应有代码（以小写字母开头的字母和数字）和名称';
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
  must(unique(areas.map((area) => area.code)), 'areas', '区域代码重复');
  must(unique(areas.map((area) => area.name)), 'areas', '区域名称重复');
  const districts = areas.flatMap((area) => area.districts);
  must(unique(districts), 'areas', '同一所属区列入了两处');
  // V1: only the first entry of a district would count, and nobody would see that the second does not.
  must(unique(values.reviewStreets.map(({ district }) => district)), 'reviewStreets', '同一所属区列出了两次，请合并为一项');
  for (const { district, streets } of values.reviewStreets) {
    must(unique(streets), 'reviewStreets', `${district}的街道（乡镇）有重复`);
    must(districts.includes(district), 'reviewStreets', `${district}不属于任何轮候区域，请先在轮候区域中列入，或改正名称`);
  }
  const { priorityCategories } = values;
  must(unique(priorityCategories.map(({ code }) => code)), 'priorityCategories', '代码重复');
  must(unique(priorityCategories.map(({ label }) => label)), 'priorityCategories', '名称重复');
  must(!priorityCategories.some(({ label }) => saysNone(label)), 'priorityCategories', '“无”不是优先类别，没有优先情形的家庭不选即可');
  return problems;
}

const unique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
