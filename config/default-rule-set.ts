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
  numbersPublicityDays: 3, // Doc 一(五): 公示3个自然日
  objectionWithinDays: 15, // no document gives a number: the city's to set
  continueWithinDays: 3, // Doc 二(三): 三个自然日内
  continueDaysKind: 'natural', // the tender's body says 3个工作日; Doc wins
  continuationPublicityDays: 3, // Doc 二(三): 从申请之日起公示三个自然日
  forfeitsToBar: 3, // Doc 二(六): 连续放弃三批次配租资格
  barYears: 2, // Doc 二(六): 两年内不得申请
  adultAgeYears: 18,
  confirmContactPlaces: 20,
  contactFreshDays: 90,
  forecastPercent: 80, // the documents say nothing of forecasts: ours to set
  forecastTolerance: 10,
  forecastMinDays: 60,
  forecastMinCases: 60,
  forecastHorizonDays: 730,
  resultPublicityDays: 5, // Doc 二(四): 公示5个自然日
  outageThresholdMs: 15_000,
  periodOutageMs: HOUR,
  rankedPickOffered: false,
  rankedHomesMax: 20,
  firstReviewPublicityDays: 7, // Doc 一(三): 现行审核程序, which gives no number: the city's to set
  secondReviewPublicityDays: 7,
  draftKeepDays: 90,
  // The streets and townships as the city lists them; a district without any takes no applications online yet.
  reviewStreets: [
    { district: '章贡区', streets: ['解放街道', '赣江街道', '南外街道', '东外街道', '水东镇', '水南镇', '水西镇', '沙石镇', '沙河镇'] },
    { district: '赣州经开区', streets: ['黄金岭街道', '蟠龙镇', '湖边镇', '凤岗镇', '三江乡'] },
    { district: '赣州蓉江新区', streets: ['潭口镇', '潭东镇', '高校园区'] },
    { district: '南康区', streets: ['蓉江街道', '东山街道', '唐江镇', '龙岭镇', '镜坝镇'] },
    { district: '赣县区', streets: ['梅林镇', '茅店镇', '五云镇', '江口镇', '储潭镇'] },
  ],
  // Doc 一(四) names no categories: those the city's roll registers.
  priorityCategories: [
    { code: 'sanitationWorker', label: '环卫工人' }, { code: 'martyrFamily', label: '烈士遗属' },
    { code: 'preferentialTreatment', label: '优抚对象' }, { code: 'severeDisability', label: '重度残疾' },
  ],
  levelOneReviewDays: 15, // Doc 一(三) leaves the lengths to 现行审核程序
  levelTwoReviewDays: 15,
  reviewDaysKind: 'natural',
  reviewWarnDays: 3,
  reviewStalledDays: 10,
  supplementWithinDays: 30,
  supplementDaysKind: 'natural',
  continuationsPerBatch: 1, // Doc 二(三): 一批次最多只能申请一次
  noticeDownloadDays: 3, // Doc 二(四): 3个自然日内自行下载打印
  lateDownloadForfeits: false,
  leaseWithinDays: 30, // Doc 二(四): 30个自然日内办理承租手续
  leaseRemindDays: 7,
  leaseEntryGraceDays: 3, // a lease signed on the last day is entered in office hours, perhaps after a weekend
  untoldHoldDays: 30,
  matterStalledDays: 7,
  reservableLowFloors: 2, // Doc 三(三): 一、二楼或顶楼
  vacatedWithinWorkingDays: 10, // Doc 三(二): 十个工作日内
};
