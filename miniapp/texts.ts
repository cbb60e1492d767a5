/**
 * Every Chinese word the families read, in one place. Written for a tired person of seventy: short sentences,
 * the everyday word, no abbreviations, what to do next.
 */
import { groupLabels, type Group } from '@shared/lane';
import { MINUTE_MS, dayOf, formatInstant, formatMoment } from '@shared/shanghai-time';

/** The notification window (T4), for people to read; the server alone decides by it. */
const windowWords = '每天早上 8 点到下午 6 点';

export const texts = {
  common: {
    appName: '公租房轮候选房',
    back: '返回',
    retry: '重新加载',
    loading: '正在加载…',
    offline: '网络没有连上，请检查网络后再试。',
    serverTrouble: '服务暂时没有回应，请稍后再试。',
    stale: '网络不通，下面是早些时候的情况。连上后会自动更新。',
    largeOn: '大字',
    largeOff: '标准字',
    largeHint: '切换字号',
    close: '关闭',
    demo: '演示系统，人物虚构',
    demoLink: '演示控制台',
    nav: '主导航',
    counting: '时间到，正在确认…',
    left: '还剩',
  },
  tabs: { board: '选房大厅', my: '我家', ledger: '公开台账' },
  board: {
    title: '选房大厅',
    lead: '现在轮到谁、还剩多少房，都在这里，随时更新。',
    nowTurn: '现在轮到',
    timeLeft: '剩余时间',
    until: (moment: string) => `选到${moment}为止`,
    untilShort: (moment: string) => `选到${moment}`,
    remaining: '剩余房源',
    homes: (count: number) => `${count} 套`,
    waiting: (count: number) => `还有 ${count} 户在等候`,
    next: '接下来',
    recent: '刚刚结束',
    seeHomes: '看楼盘表',
    mine: '我家在这一组',
    all: '全部',
    allAreas: '全部片区',
    filterBedrooms: '按居室查看',
    state: { open: '选房中', paused: '已暂停', closed: '未开始', idle: '等候中', done: '房源已选完' },
    closed: '这一组还没有开始选房。开始前会发短信通知。',
    paused: '工作人员已暂停选房。暂停期间不计时，剩余时间原样保留，恢复后接着算。',
    notifying: '正在给这一户发短信。短信发出后才开始计时。',
    waitingWindow: `现在不在通知时间。${windowWords}依次通知，到点会自动继续。`,
    waitingNext: '正在安排下一户…',
    noHomes: '这一组的房源已经选完。有新房源时会继续按号通知。',
    noFamilies: '这一组现在没有等候的家庭。',
    empty: '现在还没有开设选房。',
    outcome: { picked: '已选定', passed: '让给下一户', missed: '到时未选', deferred: '顺延，号码保留' },
    signIn: '登录看我家排到哪了',
    myPlace: '看我家排到哪了',
  },
  community: {
    title: '楼盘表',
    lead: '每个格子是一套房，点一下看详情。',
    filter: '居室',
    all: '全部',
    legend: '图例',
    available: '可选',
    picked: '已选',
    taken: '已租',
    closed: '未开放',
    availableCount: (count: number) => `可选 ${count} 套`,
    floor: (floor: number) => `${floor}层`,
    none: '这个小区现在没有公布的房源。',
    noneFiltered: '没有这种居室的房源，请换一种看看。',
    choose: '选一个小区',
    state: '状态',
  },
  home: {
    community: '小区', address: '门牌', bedrooms: '居室', area: '建筑面积', orientation: '朝向', rent: '每月租金', floor: '楼层',
    areaOf: (areaSqm: number) => `${areaSqm} 平方米`,
    orientationOf: (orientation: string) => `朝${orientation.replace(/^朝/, '')}`,
    rentOf: (rentFen: number) => `${rentFen % 100 === 0 ? rentFen / 100 : (rentFen / 100).toFixed(2)} 元`,
    floorOf: (floor: number) => `第 ${floor} 层`,
  },
  signIn: {
    title: '登录',
    lead: '用申请公租房时留的手机号登录。',
    phone: '手机号码',
    phoneHint: '11 位手机号',
    send: '获取验证码',
    sendAgain: '重新获取',
    waitS: (s: number) => `${s} 秒后可重新获取`,
    code: '短信验证码',
    codeHint: '6 位数字',
    sent: (phone: string) => `验证码已发到 ${phone.slice(0, 3)} **** ${phone.slice(7)}，请看短信。`,
    validFor: (s: number) => `${Math.max(1, Math.floor(s / 60))} 分钟内有效。`,
    submit: '登录',
    submitting: '正在登录…',
    badPhone: '手机号码应为 11 位数字，请检查。',
    badCode: '验证码是 6 位数字，请检查。',
    changePhone: '换一个手机号',
    help: '手机号换了，或收不到短信？请带身份证到街道（乡镇）窗口办理。',
    expired: '登录已过期，请重新登录，登录后接着办。',
  },
  my: {
    title: '我家',
    needSignIn: '登录后可以看到您家排到第几号、前面还有几户。',
    signIn: '登录',
    signOut: '退出登录',
    family: (name: string, size: number) => `${name} 家（${size} 人）`,
    yourNumber: '您家的号码',
    aheadLabel: '前面还有',
    ahead: (count: number) => `${count}`,
    families: '户',
    youAreNext: '下一户就是您家',
    youAreNextBody: '请留意手机短信。收到通知后，您有 4 个小时选房。',
    whatNext: '接下来会怎样',
    queuedBody: `轮到您家时会发短信通知（${windowWords}）。从短信发出算起，有 4 个小时选房。`,
    calledUp: '已入围',
    calledUpBody: '您家已入围这一轮选房，可以先看看有哪些房，想好要哪一套。',
    seeHomes: '先看看房源',
    onTurn: '轮到您家选房了',
    deadline: (moment: string) => `请在${moment} 之前选好`,
    notNotified: '正在给您家发短信通知，短信发出后才开始计时。',
    pick: '去选房',
    steps: '选房三步', stepNames: ['看房源，挑一套', '核对门牌、面积、租金', '选定（选定后不能改）'],
    pass: '让给下一户',
    moved: (text: string) => `因系统或工作人员暂停，已给您家补回 ${text}。`,
    paused: '选房已暂停，您家的剩余时间会保留，请稍候。',
    deferred: (moment: string) => `上次没能通知到您家，号码保留。${moment} 以后会再次通知。`,
    deferredBody: '请检查手机是否停机、号码是否更换。可到街道（乡镇）窗口更新号码。',
    picked: '您家已经选定住房',
    pickedBody: '选房结果要公示 5 天。公示没有异议，会发短信通知您领取配租通知单。',
    seeReceipt: '看选房回执',
    missed: '这次的选房机会已经过去',
    missedBody: '您家可以在规定期限内申请继续参与轮候，请到街道（乡镇）窗口或打电话咨询。',
    noPlaces: '您家现在没有正在排队的号码。如有疑问，请到街道（乡镇）窗口咨询。',
    lane: (areaName: string, bedrooms: string) => `${areaName} · ${bedrooms}`,
    seeBoard: '看选房大厅',
  },
  pass: {
    title: '让给下一户，要想好',
    losses: ['这次选房机会马上结束，不能收回。', '您家现在这个号码不能再用来选房。', '想继续排队，须在规定期限内另外申请，换新号码，排到后面。'],
    first: '我要让给下一户',
    keep: '不让了，回去选房',
    second: '再问一次：确定放弃这次选房机会？',
    confirm: '确定放弃',
    sending: '正在提交…',
    done: '已经让给下一户。',
  },
  choose: {
    title: '选房',
    preview: '还没轮到您家，先看看。轮到时才能选。',
    forYou: '您家可选的房',
    count: (count: number) => `共 ${count} 套可选`,
    community: '小区',
    floor: '楼层',
    area: '面积',
    all: '不限',
    sort: '排序',
    floors: { low: '1—6 层', middle: '7—12 层', high: '13 层以上' },
    areas: { small: '45 平方米以下', middle: '45—60 平方米', large: '60 平方米以上' },
    sorts: { floorUp: '楼层低的在前', areaDown: '面积大的在前', rentUp: '租金低的在前' },
    filters: '筛选和排序',
    filtersOpen: '收起筛选',
    none: '现在没有可选的房源。',
    noneFiltered: '没有符合条件的房，请放宽条件。',
    clear: '清除条件',
    gone: (address: string) => `${address} 刚刚被选走，已从列表中去掉。`,
    goneMany: (count: number) => `有 ${count} 套房刚刚被选走，已从列表中去掉。`,
    arrived: '有新的房源加入列表。',
    select: '选这套',
    look: '看详情',
  },
  confirm: {
    title: '核对后选定',
    lead: '请看清楚是不是这套房',
    once: '每户只能选一次，确认后不能更改。',
    pick: '选定这套房',
    other: '看看别的房',
    askTitle: '最后确认',
    ask: '确定要选这套房吗？',
    yes: '确定，就选这套',
    no: '再想想',
    sending: '正在提交，请不要离开…',
    lost: '网络不通，还不知道有没有选上。请点“再试一次”，不会重复选。',
    tryAgain: '再试一次',
    goneTitle: '这套房已经不能选了',
    backToList: '回去选别的房',
    notOnTurn: '现在不是您家的选房时间，只能看，不能选。',
    toMy: '回到我家',
  },
  receipt: {
    title: '选房回执',
    done: '选房成功',
    lead: '这是您家的凭证，请保存好。',
    who: '选房家庭', number: '号码', home: '住房', when: '选定时间', how: '办理方式',
    self: '本人在线选定', assisted: '窗口协助选定',
    ledger: '公开台账', ledgerAt: (seq: number) => `第 ${seq} 条`,
    signature: '防伪签名',
    ruleSet: '选房规则', ruleSetOf: (version: number) => `第 ${version} 版`,
    copy: '复制回执', copied: '回执已复制，可以粘贴给家人保存。', save: '保存到手机', saved: '回执已保存。',
    check: '核验真假', checking: '正在核验…', valid: '核验通过：签名有效，台账里查得到。', invalid: '核验没有通过，请到窗口咨询。',
    next: '接下来：结果公示 5 天，没有异议会发短信，请您领取配租通知单。',
    fileName: '选房回执.txt',
    toMy: '回到我家',
  },
  ledger: {
    title: '公开台账',
    lead: '每一步都有记录，改一个字都查得出来。这里只有号码，没有姓名。',
    pickArea: '看哪个片区', pickBedrooms: '看几居室',
    position: (seq: number) => `第 ${seq} 条`,
    more: '看更早的记录',
    empty: '这一组还没有记录。',
    noStreams: '还没有公开的记录。',
    sealed: (hash: string) => `校验码 ${hash.slice(0, 8)}…`,
    thisFamily: '这一户',
    words: {
      opened: '开始选房', paused: '工作人员暂停选房', resumed: '恢复选房',
      calledUp: (count: number) => `${count} 户入围`,
      turnOpened: (who: string) => `轮到 ${who}`,
      notified: (who: string, moment: string) => `${who} 短信已发出，选到 ${moment} 为止`,
      proven: (who: string) => `${who} 已收到通知`,
      moved: (who: string, time: string) => `${who} 补回 ${time}`,
      picked: (who: string, home: string) => `${who} 选定 ${home}`,
      passed: (who: string) => `${who} 把机会让给下一户`,
      missed: (who: string) => `${who} 到时间没有选`,
      deferred: (who: string) => `${who} 没能通知到，顺延，号码保留`,
    },
  },
} as const;

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
  const days = (Date.parse(dayOf(atMs)) - Date.parse(dayOf(nowMs))) / 86_400_000;
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
