/**
 * The rule set a new city starts with: Ganzhou's operating rules (赣州市中心城区公共租赁住房常态化轮候配租操作规则,
 * in force from 2026-06-01). Doc 四(一) covers the first three areas; the other two follow it by analogy.
 */
import type { RuleSetValues } from '../bff/domain/rules/rule-set';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const defaultRuleSet: RuleSetValues = {
  areas: [
    { code: 'zhanggong', name: '章贡区', districts: ['章贡区'] },
    { code: 'jingkai', name: '赣州经开区', districts: ['赣州经开区', '经开区'] },
    { code: 'rongjiang', name: '赣州蓉江新区', districts: ['赣州蓉江新区', '蓉江新区'] },
    { code: 'nankang', name: '南康区', districts: ['南康区'] },
    { code: 'ganxian', name: '赣县区', districts: ['赣县区'] },
  ],
  windowStartMs: 8 * HOUR, // Doc 二(三): 自然日8时至18时
  windowEndMs: 18 * HOUR,
  turnMs: 4 * HOUR, // Doc 二(三): 短信通知后4小时内
  callUpFactor: 1.5,
  oneTurnInCity: false,
  maxDeferrals: 2,
  secondChannelAfterMs: 10 * MINUTE,
  callTaskAfterMs: 30 * MINUTE,
  continueWithinDays: 3, // Doc 二(三): 三个自然日内
  resultPublicityDays: 5, // Doc 二(四): 公示5个自然日
  outageThresholdMs: 15_000,
};
