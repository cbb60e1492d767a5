/** What a family is told of when its turn may come (W5), in words for everyone. No rule lives here. */
import type { Day } from './shanghai-time';

export interface ForecastRecord {
  readonly scope: 'lane' | 'city';
  readonly cases: number;
  readonly hits: number;
}

export type ForecastFacts =
  | { readonly state: 'range'; readonly asOfDay: Day; readonly earliestDay: Day; readonly latestDay: Day; readonly record: ForecastRecord }
  | { readonly state: 'farOff'; readonly horizonDays: number; readonly isUnlikely: boolean; readonly record: ForecastRecord }
  | { readonly state: 'notAccurateEnough'; readonly record: ForecastRecord }
  | { readonly state: 'notEnoughHistory' | 'notWaiting' | 'laneNotOpen' | 'beingPrepared' | 'notYetToday' };

/** Sentences to show as they are. */
export function forecastText(facts: ForecastFacts): string {
  switch (facts.state) {
    case 'range': return `${rangeText(facts)}这是按以往进度的估计，不是承诺，请以选房通知为准。${recordText(facts.record)}`;
    case 'farOff': return `按以往进度，${spanText(facts.horizonDays)}内${facts.isUnlikely ? '大概还轮不到' : '不一定轮得到'}您家，暂不给出日期。${recordText(facts.record)}`;
    case 'notAccurateEnough': return `${recordText(facts.record)}这样的估计还不够准，为免误导，暂不给出日期。您家的位次不受影响。`;
    case 'notEnoughHistory': return '以往的选房记录还不够多，暂时不能估计轮到您家的日期。您家的位次不受影响。';
    case 'notWaiting': return '您家的顺序号现在不在排队，没有可以估计的日期。';
    case 'laneNotOpen': return '本通道尚未开始选房或已暂停，恢复选房后再看估计。您家的位次不受影响。';
    case 'beingPrepared': return '今天的估计正在计算，请稍后再看。';
    case 'notYetToday': return '您家的排队情况今天刚有变化，明天可以看到新的估计。';
  }
}

function rangeText({ asOfDay, earliestDay, latestDay }: Extract<ForecastFacts, { state: 'range' }>): string {
  if (earliestDay === latestDay) return `大约${earliestDay === asOfDay ? '今天' : `${dayText(earliestDay)}`}轮到您家选房。`;
  return `大约在${dayText(earliestDay)}至${dayText(latestDay)}之间轮到您家选房。`;
}

function recordText({ scope, cases, hits }: ForecastRecord): string {
  return `${scope === 'city' ? '全市' : ''}过去 ${cases} 次这样的估计，有 ${hits} 次说中。`;
}

function dayText(day: Day): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
}

function spanText(days: number): string {
  const years = { 365: '一年', 730: '两年', 1_095: '三年' }[days];
  return years ?? ` ${days} 天`;
}
