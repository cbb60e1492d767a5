/**
 * The versioned rule set (选房规则): every number of the rules is a field here, never a literal in code, with its
 * bounds and what people read about it. The schema is made from this table, so no field can lack either.
 * Immutable once published; tickets, turns and picks record the version they were decided under.
 */
import * as z from 'zod/mini';
import { areas, categories, choice, count, days, duration, factor, onOff, percent, streets, timeOfDay, workingDays, years } from './field';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const ruleFields = {
  areas: areas({ rule: 'Q1', appliesTo: 'everything', label: '轮候区域', help: '每个轮候区域包含哪些所属区；同一区域的家庭按居室共用一个选房通道。已有通道的区域不能删除。' }),

  windowStartMs: timeOfDay({ rule: 'T4', appliesTo: 'everything', label: '通知开始时间', help: '每天从这个时间起才向轮到的家庭发送选房通知。' }),
  windowEndMs: timeOfDay({ rule: 'T4', appliesTo: 'everything', label: '通知截止时间', help: '到这个时间就不再开始新的一户；已开始的可以选到时间用完。' }),
  turnMs: duration({ rule: 'T5', appliesTo: 'turn', label: '选房时长', help: '从短信交给短信平台起，轮到的家庭有多长时间选房。' }, 10 * MINUTE, 7 * DAY),
  callUpFactor: factor({ rule: 'Q2', appliesTo: 'everything', label: '通知入库倍数', help: '每有一套可选房源，提前通知多少户家庭进入选房家庭库。' }, 1, 20),
  oneTurnInCity: onOff({ rule: 'Q3', appliesTo: 'everything', label: '全市同时只有一户选房', help: '开启后，全市同一时间只有一户家庭选房；关闭则每个选房通道各有一户。' }),
  maxDeferrals: count({ rule: 'Q8', appliesTo: 'turn', label: '未送达时最多顺延次数', help: '到时间仍没有送达凭证的，保留顺序号顺延，最多几次；再次未送达按未按时选房处理。' }, 'times', 0, 10),
  secondChannelAfterMs: duration({ rule: 'Q8', appliesTo: 'turn', label: '改用第二渠道的等待时间', help: '短信发出后这么久没有回执，就改用微信订阅消息再通知一次。' }, MINUTE, DAY),
  callTaskAfterMs: duration({ rule: 'Q8', appliesTo: 'turn', label: '转电话告知的等待时间', help: '短信发出后这么久仍没有送达凭证，就请工作人员打电话。' }, MINUTE, DAY),
  outageThresholdMs: duration({ rule: 'T6', appliesTo: 'everything', label: '认定系统中断的时长', help: '系统停止响应达到这么久，就算中断，正在选房的家庭补回这段时间。' }, SECOND, HOUR),
  periodOutageMs: duration({ rule: 'T6', appliesTo: 'everything', label: '顺延办理期限的中断时长', help: '系统中断达到这么久，或者中断时正好到期的，家庭办理事项的期限（如申请继续轮候、补正）按中断时间顺延，不足一天的按一天算。' }, MINUTE, DAY),
  rankedPickOffered: onOff({ rule: 'Q9', appliesTo: 'turn', label: '提供预先排序代选', help: '开启后，家庭可以预先给房源排序并同意：到时间没有选，系统按顺序代为选定仍可选的第一套。' }),
  rankedHomesMax: count({ rule: 'Q9', appliesTo: 'everything', label: '预先排序的房源上限', help: '家庭预先排序代选时，最多可以排几套房源。' }, 'homes', 1, 50),

  firstReviewPublicityDays: days({ rule: 'V1', appliesTo: 'period', label: '第一榜公示天数', help: '街道（乡镇）初审通过后公示几个自然日，公示当天计入。' }, 1, 60),
  secondReviewPublicityDays: days({ rule: 'V1', appliesTo: 'period', label: '第二榜公示天数', help: '区级复审通过后公示几个自然日，公示当天计入。' }, 1, 60),
  draftKeepDays: days({ rule: 'V1', appliesTo: 'everything', label: '申请草稿保留天数', help: '未提交的申请草稿，最后一次修改后保留几个自然日。' }, 7, 730),
  reviewStreets: streets({ rule: 'V1', appliesTo: 'everything', label: '受理街道（乡镇）', help: '每个所属区由哪些街道（乡镇）初审。没有录入街道的区暂不能在线提交申请。' }),
  levelOneReviewDays: days({ daysKind: 'reviewDaysKind', rule: 'V1', appliesTo: 'period', label: '街道（乡镇）初审期限', help: '收到申请后几日内应完成初审；从次日起算，逾期的在待办中标出。' }, 1, 120),
  levelTwoReviewDays: days({ daysKind: 'reviewDaysKind', rule: 'V1', appliesTo: 'period', label: '区级复审期限', help: '第一榜公示结束后几日内应完成复审；从次日起算，逾期的在待办中标出。' }, 1, 120),
  reviewDaysKind: choice({ rule: 'V1', appliesTo: 'period', label: '审核期限的计算方式', help: '按工作日计算时，须先录入相应年份的节假日安排；未录入的，期限待定。' }, { natural: '自然日', working: '工作日' }),
  reviewWarnDays: count({ rule: 'V1', appliesTo: 'everything', label: '审核到期前几天提醒', help: '距离审核期限还有几天时，在待办中提示即将到期。' }, 'days', 0, 60),
  reviewStalledDays: count({ rule: 'V1', appliesTo: 'everything', label: '逾期几天算搁置', help: '超过审核期限几天仍未办理的，标为搁置。' }, 'days', 0, 120),
  supplementWithinDays: days({ daysKind: 'supplementDaysKind', rule: 'V1', appliesTo: 'period', label: '补正期限', help: '退回补正后，家庭几日内应补正并重新提交；逾期未提交的，申请终止，可以重新申请。' }, 1, 180),
  supplementDaysKind: choice({ rule: 'V1', appliesTo: 'period', label: '补正期限的计算方式', help: '按工作日计算时，须先录入相应年份的节假日安排，否则不能退回补正。' }, { natural: '自然日', working: '工作日' }),
  priorityCategories: categories({ rule: 'G3', appliesTo: 'everything', label: '优先类别', help: '公租房组的哪些家庭属于优先组。家庭申请时从中选择，经初审确认后才按优先组生成顺序号；以前名册上的类别照旧。' }),
  numbersPublicityDays: days({ rule: 'G5', appliesTo: 'period', label: '轮候顺序号公示天数', help: '新生成的轮候顺序号公示几个自然日，公示当天计入；期满次日零时加入排队。' }, 1, 60),

  objectionWithinDays: days({ rule: 'G5', appliesTo: 'everything', label: '答复异议的期限', help: '收到公示异议后几个自然日内应核实答复，从次日起算；逾期的在异议列表中标出。' }, 1, 90),

  continueWithinDays: days({ daysKind: 'continueDaysKind', rule: 'M1', appliesTo: 'turn', label: '申请继续轮候的期限', help: '没有按时选房的家庭，从次日起几日内可以申请继续参与轮候。' }, 1, 60),
  continueDaysKind: choice({ rule: 'M1', appliesTo: 'turn', label: '申请继续轮候期限的计算方式', help: '操作规则为自然日；采购文件为工作日。按工作日计算时，须先录入相应年份的节假日安排。' }, { natural: '自然日', working: '工作日' }),
  continuationPublicityDays: days({ rule: 'M1', appliesTo: 'period', label: '继续轮候公示天数', help: '申请继续轮候后公示几个自然日，申请当天计入；期满后的第一批次重新生成顺序号。' }, 1, 60),
  continuationsPerBatch: count({ rule: 'M2', appliesTo: 'everything', label: '每批次可申请继续轮候的次数', help: '一批次内最多几次；用完后再未按时选房，视为放弃一批次。' }, 'times', 0, 10),

  confirmContactPlaces: count({ rule: 'Q2', appliesTo: 'everything', label: '临近时确认联系方式', help: '前面剩余多少户时，提醒家庭确认联系电话。' }, 'households', 1, 1_000),
  contactFreshDays: days({ rule: 'Q2', appliesTo: 'everything', label: '联系方式有效天数', help: '联系方式在这么多天内确认过的，不再提醒。' }, 1, 730),

  forecastPercent: percent({ rule: 'W5', appliesTo: 'everything', label: '轮到日期估计的把握', help: '给家庭估计的日期范围，应当在一百次里有多少次说中。' }, 50, 95),
  forecastTolerance: percent({ rule: 'W5', appliesTo: 'everything', label: '轮到日期估计允许的偏差', help: '过去的估计说中的比例，比应有的把握低出多少个百分点以内仍可以显示；更低就不显示日期。' }, 0, 30),
  forecastMinDays: days({ rule: 'W5', appliesTo: 'everything', label: '估计轮到日期所需的选房天数', help: '选房通道开启多少天以后，才根据以往的进度估计轮到日期。' }, 14, 365),
  forecastMinCases: count({ rule: 'W5', appliesTo: 'everything', label: '显示估计所需的检验次数', help: '过去的估计至少检验过多少次，才向家庭显示日期范围和说中的次数。' }, 'cases', 20, 10_000),
  forecastHorizonDays: days({ rule: 'W5', appliesTo: 'everything', label: '最远估计到多少天以后', help: '在这么多天以内不一定轮得到的，如实说明，不给日期。' }, 30, 1_095),

  resultPublicityDays: days({ rule: 'A1', appliesTo: 'period', label: '选房结果公示天数', help: '选房结果公示几个自然日，公示当天计入。' }, 1, 60),
  noticeDownloadDays: days({ rule: 'A2', appliesTo: 'period', label: '下载配租通知单的期限', help: '收到选房合格短信后几个自然日内应下载配租通知单。' }, 1, 60),
  lateDownloadForfeits: onOff({ rule: 'A2', appliesTo: 'period', label: '逾期未下载视为放弃', help: '关闭时，逾期未下载只提醒并标记；开启后视为放弃一批次。' }),
  leaseWithinDays: days({ rule: 'A2', appliesTo: 'period', label: '办理承租手续的期限', help: '配租通知单发出后几个自然日内应签订租赁合同，逾期视为放弃，房源退回。' }, 1, 365),

  leaseRemindDays: days({ rule: 'A2', appliesTo: 'period', label: '承租期限到期前几天提醒', help: '距离办理承租手续的期限还有几天时，短信提醒还没有签约的家庭一次；0 为不提醒。' }, 0, 60),
  leaseEntryGraceDays: days({ rule: 'A2', appliesTo: 'period', label: '签约补录的期限', help: '承租期限过后，运营单位几日内仍可补录期限内已签的合同；过后没有登记的，视为放弃。恢复配租的，也给这么多天办理。' }, 0, 30),
  untoldHoldDays: days({ rule: 'Q8', appliesTo: 'period', label: '通知未送达时保留的天数', help: '配租通知短信确定没有送达、电话也没有联系上的，承租期限过后再保留几日，其间不视为放弃。' }, 0, 365),
  matterStalledDays: days({ rule: 'A4', appliesTo: 'everything', label: '异议、疑点几天算搁置', help: '选房结果的异议、入住核验的疑点，几日内没有认定的，在待办中标为搁置。' }, 1, 120),

  reservableLowFloors: count({ rule: 'L2', appliesTo: 'everything', label: '可预留的低楼层', help: '几层及以下的房源（以及顶层）可以预留，用于承租家庭的房屋调整。' }, 'floors', 0, 10),
  vacatedWithinWorkingDays: workingDays({ rule: 'L1', appliesTo: 'period', label: '腾退房源上架期限', help: '腾退手续办理后几个工作日内应完成审核上架，逾期的标记为超期。' }, 1, 60),

  forfeitsToBar: count({ rule: 'F2', appliesTo: 'everything', label: '连续放弃几批次后限制申请', help: '家庭成员个人连续放弃配租资格达到这个批次数，限制申请公租房实物配租。' }, 'batches', 1, 10),
  adultAgeYears: years({ rule: 'F1', appliesTo: 'everything', label: '成年年龄', help: '放弃配租资格记到每位成年家庭成员个人名下；满多少周岁为成年。填 0 则不分年龄，记到每一位家庭成员名下。' }, 0, 25),
  barYears: years({ rule: 'F2', appliesTo: 'period', label: '限制申请的年数', help: '限制期内不得申请公租房实物配租，可以申请租赁补贴；期满自动解除。' }, 1, 10),
} as const;

export type RuleFieldName = keyof typeof ruleFields;
type Shape = { readonly [K in RuleFieldName]: (typeof ruleFields)[K]['schema'] };
const shape = Object.fromEntries(Object.entries(ruleFields).map(([name, field]) => [name, field.schema])) as unknown as Shape;

export const ruleSetValues = z.strictObject(shape);
export type RuleSetValues = z.infer<typeof ruleSetValues>;

export interface RuleSet {
  readonly version: number;
  readonly values: RuleSetValues;
}

/** The waiting area a register's district belongs to, or null: an unknown district is never guessed. */
export function areaOfDistrict(values: Pick<RuleSetValues, 'areas'>, district: string): RuleSetValues['areas'][number] | null {
  return values.areas.find((area) => area.districts.includes(district)) ?? null;
}

/** Q1: a lane is (waiting area, bedrooms). */
export function laneIdOf(areaCode: string, bedrooms: number): string {
  return `${areaCode}-${bedrooms}`;
}
