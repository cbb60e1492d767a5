/** How numbers, moments, groups and addresses are said to people. Pure. */
import { groupLabels, type Group } from '@shared/lane';
import { DAY_MS, MINUTE_MS, dayOf, formatInstant, formatMoment } from '@shared/shanghai-time';

/** `公租房二居室组`; a group the client does not know yet keeps its code. */
export function groupName(group: string): string {
  return groupLabels[group as Group] ?? group;
}

/** `第23号` in the words of the queue. */
export function numberName(queueNumber: number): string {
  return `第 ${queueNumber} 号`;
}

/** `公租 24、25、26 号`: the next numbers as one would say them. */
export function nextNumbers(tickets: readonly { group: string; queueNumber: number }[]): string {
  const parts: { tier: string; numbers: number[] }[] = [];
  for (const { group, queueNumber } of tickets) {
    const tier = shortGroup(group);
    const last = parts[parts.length - 1];
    if (last?.tier === tier) last.numbers.push(queueNumber);
    else parts.push({ tier, numbers: [queueNumber] });
  }
  return parts.map(({ tier, numbers }) => `${tier} ${numbers.join('、')} 号`).join('，');
}

/** `廉租` or `公租`: inside a lane the bedrooms are already said. */
export function shortGroup(group: string): string {
  return groupName(group).slice(0, 2);
}

/** `3:05:09`. */
export function formatLeft(leftMs: number): string {
  const seconds = Math.max(0, Math.floor(leftMs / 1_000));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `3 小时 5 分钟`, for people who listen. */
export function spokenLeft(leftMs: number): string {
  const minutes = Math.max(0, Math.round(leftMs / MINUTE_MS));
  const hours = Math.floor(minutes / 60);
  if (hours === 0) return `${minutes} 分钟`;
  return minutes % 60 === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes % 60} 分钟`;
}

/** `今天下午 3:20`, `明天上午 9:05`, else `3月5日 09:05`: how people name a moment. */
export function nearMoment(atMs: number, nowMs: number): string {
  const days = (Date.parse(dayOf(atMs)) - Date.parse(dayOf(nowMs))) / DAY_MS;
  const dayWord = days === 0 ? '今天' : days === 1 ? '明天' : days === -1 ? '昨天' : null;
  if (dayWord === null) return formatMoment(atMs);
  const hour = Number(formatInstant(atMs).slice(11, 13));
  const part = hour < 6 ? '凌晨' : hour < 12 ? '上午' : hour < 13 ? '中午' : hour < 18 ? '下午' : '晚上';
  return `${dayWord}${part} ${hour > 12 ? hour - 12 : hour}:${formatInstant(atMs).slice(14, 16)}`;
}

/** `水西家园 1栋1单元 401`. */
export function addressOf(home: { communityName: string; building: string; entrance: string; room: string }): string {
  return `${home.communityName} ${doorOf(home)}`;
}

/** `1栋1单元 401室`. */
export function doorOf(home: { building: string; entrance: string; room: string }): string {
  return `${buildingOf(home.building)}${home.entrance === '' ? '' : entranceOf(home.entrance)} ${home.room}${/室$/.test(home.room) ? '' : '室'}`;
}

/** The register writes both `1` and `1栋`. */
export function buildingOf(building: string): string {
  return /^\d+$/.test(building) ? `${building}栋` : building;
}

/** The register writes both `1` and `1单元`. */
export function entranceOf(entrance: string): string {
  return /^\d+$/.test(entrance) ? `${entrance}单元` : entrance;
}
