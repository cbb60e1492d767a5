/** Everything a clerk reads about an import, in one place. No sentence shows a whole identity or phone number (P2). */
export const kindLabels = { listings: '房源台账', waitlist: '轮候名册', unknown: '未识别' } as const;

/** Why a cell, and so its row, was refused. */
export const reasons = {
  blank: '未填写。',
  mergedPersonal: '与其他行合并成了一个单元格，这一列不能共用，请取消合并后逐行填写。',
  ditto: '不能填“同上”，请写出具体内容。',
  formulaWithoutResult: '是公式但没有计算结果，请在 Excel 中打开、计算并保存后再导入。',
  errorValue: (code: string) => `单元格是错误值 ${code}，请改正公式或填写具体内容。`,
  boolean: '是逻辑值（TRUE/FALSE），请填写具体内容。',
  tooLong: (max: number) => `内容过长，最多 ${max} 个字。`,
  becameDate: '被 Excel 自动变成了日期，请将该列设为“文本”格式后重新填写。',

  district: (shown: string) => `${shown}不在任何轮候区域内，请核对所属区的名称。`,
  group: (shown: string) => `${shown}不是六个轮候组别之一（廉租住房、公租房 × 一、二、三居室组）。`,
  bedrooms: (shown: string) => `${shown}不是一、二、三居室。`,
  state: (shown: string) => `${shown}不是可识别的房屋状态，应为可配租、已出租、预留、维修中、腾退待审之一。`,
  origin: (shown: string) => `${shown}不是可识别的取得方式，应为摇号或线上申请。`,
  queueNumber: '应为大于 0 的整数。',
  size: '应为 1 至 30 的整数。',
  sizeDisagrees: (size: number, people: number) => `家庭人口为 ${size}，而申请人与共同申请人合计 ${people} 人，请核对。`,
  floor: (shown: string) => `${shown}不是楼层，应为整数（如 3、3层、-1），不能为 0。`,
  room: '房号应为门牌文字（如 101、0101、A-101），不能是小数或负数。',
  areaSqm: (shown: string) => `${shown}不是建筑面积，应为大于 0、不超过 1000 的平方米数。`,
  rent: (shown: string) => `${shown}不是月租金，应为大于 0、不超过 100000 的元数，最多两位小数。`,
  day: (shown: string) => `${shown}不是日期，应如 2026-03-09、2026/3/9、2026年3月9日 或 20260309，且须真实存在。`,
  moment: (shown: string) => `${shown}不是时间，应如 2026-03-09 09:30:00，且须真实存在。`,
  inFuture: '晚于今天，请核对。',
  name: '姓名应为 2 至 50 个字，不能是号码或符号。',

  identityLost: '以数字保存，Excel 只保留 15 位有效数字，后面的数字已经丢失，无法恢复。请将该列设为“文本”格式，按证件重新录入。',
  identityOld: '是 15 位旧号码，请按现行证件填写 18 位号码。',
  identityOldForeign: '是旧版 15 位外国人永久居留身份证号码，请换发新版证件后填写 18 位号码；暂未换发的，请带证件到服务窗口咨询。',
  identityLength: (length: number) => `应为 18 位，现为 ${length} 位。`,
  identityCharacters: '含有不能识别的字符，应为 17 位数字加 1 位数字或 X。',
  identityRegion: '前两位不是有效的地区代码。',
  identityBirth: '中的出生日期不存在或晚于今天。',
  identityCheck: '校验码不符，号码有误，请按证件核对。',
  phone: '应为 11 位手机号码（用于接收选房短信）。',
  phoneSeveral: '只能填写一个手机号码。',

  coApplicantForm: (position: number) => `第 ${position} 位共同申请人应写成“姓名/身份证号/关系”。`,
  coApplicant: (position: number, reason: string) => `第 ${position} 位共同申请人：${reason}`,
  coApplicantIdentity: (position: number, reason: string) => `第 ${position} 位共同申请人的身份证号${reason}`,
  coApplicantTwice: (position: number) => `第 ${position} 位共同申请人与本户其他人的身份证号相同。`,
  relation: '关系应为 1 至 20 个字。',

  doorTwice: (place: string) => `与${place}是同一套房，已以先出现的为准，请核对后删除其一。`,
  numberTwice: (place: string) => `同一组别的这个顺序号已在${place}出现，请核对。`,
  personTwice: (place: string) => `此人已在${place}的家庭中出现，同一人只能在一户中，请核对。`,
  doorDiffers: (fields: string) => `与系统中已有记录不一致（${fields}），未作改动。请核对；确需变更请在系统中办理。`,
  numberHeld: '同一组别的这个顺序号在系统中已由其他家庭持有。',
  familyDiffers: (fields: string) => `与系统中已有记录不一致（${fields}），未作改动。请核对；确需变更请在系统中办理。`,
  conflict: '与系统中以其他方式登记的记录冲突（同一套房、同一顺序号或同一人），未导入，请在系统中核对。',
  personHeld: '此人在系统中已属于另一户未结束的申请或轮候，同一人只能在一户中。',
} as const;

/** Why a row was passed over: it is neither a home nor a family. */
export const skips = {
  aboveHeader: '表头以上的标题或说明',
  header: '表头',
  repeatedHeader: '重复的表头',
  columnNumbers: '栏次',
  blank: '空行',
  total: '合计或小计',
  footer: '制表、审核等落款或说明',
  hiddenSheet: '隐藏的工作表，未导入；如需导入请取消隐藏',
  otherSheet: '不是登记表，没有可识别的表头',
  emptySheet: '空工作表',
} as const;

/** Why nothing of a file, or of a sheet, was imported. */
export const refusals = {
  notFound: '找不到这个文件，请核对路径。',
  notReadable: '无法读取这个文件，请检查权限或关闭正在使用它的程序。',
  isDirectory: '这是一个文件夹，请指定 .xlsx 文件。',
  empty: '文件是空的。',
  tooLarge: (megabytes: number) => `文件超过 ${megabytes} MB，请拆分后分别导入。`,
  oldExcel: '这是旧版 .xls 文件。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再导入。',
  encrypted: '文件加了密码，无法读取。请在 Excel 中去掉打开密码并保存后再导入。',
  html: '这是网页内容（HTML/XML）改了扩展名，不是真正的 Excel 文件。请在 Excel 中打开，另存为“Excel 工作簿 (.xlsx)”后再导入。',
  text: '这是文本文件（如 CSV），不是 Excel 文件。请在 Excel 中打开，另存为“Excel 工作簿 (.xlsx)”后再导入；身份证号一列须先设为“文本”格式。',
  notWorkbook: '不是 .xlsx 文件。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再导入。',
  binaryWorkbook: '这是 .xlsb 或 .ods 文件。请在 Excel 中另存为“Excel 工作簿 (.xlsx)”后再导入。',
  damaged: '文件已损坏或不完整，请重新导出或在 Excel 中修复后再导入。',
  inlinePhonetics: '文件把拼音标注和文字混写在单元格里，无法分清。请在 Excel 中打开并重新保存后再导入。',
  expandsTooMuch: '文件解压后过大，可能不是正常的登记表，请拆分或检查后再导入。',
  tooManyRows: (rows: number) => `工作表范围超过 ${rows} 行，请删除多余的空白行列，或拆分后分别导入。`,
  noRegister: '没有找到房源台账或轮候名册的表头，不是这两种登记表。',
  bothKinds: '同一文件里既有房源台账又有轮候名册，无法判断，请分成两个文件导入。',
  missingColumn: (kind: string) => `${kind}缺少这一列，本表未导入。`,
  columnTwice: '表头中这一列出现了不止一次，无法判断以哪一列为准，本表未导入。',
} as const;

/** What was read in a way a clerk may want to know of. */
export const notes = {
  ignoredColumn: '不是登记表的列，未导入',
  dateOnly: '只有日期没有时间，按当日 00:00 记录',
} as const;
