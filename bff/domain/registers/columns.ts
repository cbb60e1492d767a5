/**
 * The columns of the two registers: what each is called in the wild, whether it is needed, and whether a vertical
 * merge shares its value. Sharing is reading for the district, community and building of the homes below; for a
 * person or a number it would be guessing.
 */
import { squeeze } from './text';

export type RegisterKind = 'listings' | 'waitlist';

export type ListingColumn =
  | 'serial' | 'community' | 'district' | 'building' | 'entrance' | 'floor' | 'room' | 'bedrooms' | 'areaSqm' | 'orientation' | 'rent' | 'state' | 'owner' | 'remark';
export type WaitlistColumn =
  | 'serial' | 'group' | 'queueNumber' | 'batchDay' | 'name' | 'identity' | 'phone' | 'size' | 'coApplicants' | 'district' | 'street' | 'priority' | 'certificate' | 'submittedAt' | 'origin' | 'remark';
export type ColumnKey = ListingColumn | WaitlistColumn;

export interface ColumnDefinition {
  /** The register's own name for it; what a missing column is called. */
  readonly label: string;
  /** Other names, as `headerKey` leaves them. */
  readonly synonyms: readonly string[];
  readonly required: boolean;
  readonly mergeable: boolean;
}

const column = (label: string, synonyms: string, options: { optional?: boolean; mergeable?: boolean } = {}): ColumnDefinition => ({
  label, synonyms: synonyms.split(' ').filter((word) => word !== ''), required: options.optional !== true, mergeable: options.mergeable === true,
});

const serial = column('序号', '编号 No NO No. 行号', { optional: true });
const district = column('所属区', '所在区 区 区县 县区 所属区县 所属县区 所在区县 县 所属县 行政区 行政区域 行政区划 所属行政区 辖区 所属辖区 区域 所属区域 所在区域 县市区', { mergeable: true });
const remark = column('备注', '备注说明 说明', { optional: true, mergeable: true });

/** 房源台账. */
export const listingColumns: Readonly<Record<ListingColumn, ColumnDefinition>> = {
  serial,
  community: column('小区名称', '小区 小区名 项目名称 项目小区 小区项目 所属小区 住宅小区 楼盘 楼盘名称 公租房小区 公租房项目', { mergeable: true }),
  district,
  building: column('楼栋', '楼栋号 栋号 幢号 楼号 楼幢 楼幢号 栋 幢 座 栋座 所在楼栋 楼栋名称', { mergeable: true }),
  entrance: column('单元', '单元号 单元名称 所在单元 梯号', { mergeable: true }),
  floor: column('楼层', '所在楼层 所在层 层 层次 楼层号', { mergeable: true }),
  room: column('房号', '房间号 房间 室号 门牌号 户号 房屋号 房屋门牌 房屋门牌号'),
  bedrooms: column('居室', '居室数 居室类型 户型 房型 居室户型 户型居室'),
  areaSqm: column('建筑面积', '面积 房屋面积 建面 房屋建筑面积 套型建筑面积'),
  orientation: column('朝向', '房屋朝向', { optional: true, mergeable: true }),
  rent: column('月租金', '租金 租金标准 月租 每月租金 租金金额 月租金标准 应收租金'),
  state: column('房屋状态', '状态 房源状态 使用状态 当前状态 房屋使用状态 配租状态'),
  owner: column('产权单位', '产权 产权人 权属单位 产权归属 产权所有单位', { optional: true, mergeable: true }),
  remark,
};

/** 轮候名册. */
export const waitlistColumns: Readonly<Record<WaitlistColumn, ColumnDefinition>> = {
  serial,
  group: column('组别', '轮候组别 申请组别 配租组别 分组 轮候组 所属组别 轮候分组', { mergeable: true }),
  queueNumber: column('轮候顺序号', '顺序号 轮候号 轮候序号 轮候号码 轮候顺序 排序号 选房顺序号'),
  batchDay: column('批次日期', '批次 轮候批次 批次时间 轮候批次日期 所属批次 批次日', { mergeable: true }),
  name: column('申请人姓名', '姓名 申请人 主申请人 主申请人姓名 户主姓名 户主 家庭代表'),
  identity: column('身份证号', '身份证号码 证件号码 证件号 身份证 公民身份号码 公民身份证号码 居民身份证号 居民身份证号码 申请人身份证号 申请人身份证号码 主申请人身份证号 主申请人身份证号码 申请人证件号码 身份证件号码'),
  phone: column('联系电话', '电话 手机 手机号 手机号码 电话号码 联系方式 移动电话 联系手机 联系电话号码 申请人电话 申请人联系电话 申请人手机号'),
  size: column('家庭人口', '家庭人口数 家庭人数 人口 人口数 人数 家庭成员数 家庭成员人数 家庭总人口 申请人数'),
  coApplicants: column('共同申请人', '共同申请人信息 共同申请人情况 家庭成员 家庭成员信息 家庭成员情况 其他家庭成员 共同申请家庭成员'),
  district,
  street: column('街道', '所属街道 乡镇 街道乡镇 乡镇街道 镇街 街镇 所属镇街 所属乡镇 街道办 街道办事处 所属街道乡镇 所属乡镇街道', { mergeable: true }),
  priority: column('优先类别', '优先类型 优先情形 优先对象 优先对象类别 优先保障类别 优先', { optional: true }),
  certificate: column('配租资格证号', '资格证号 资格证 配租资格证 配租资格证编号 资格证编号 保障资格证号 住房保障资格证号', { optional: true }),
  submittedAt: column('递交申请时间', '申请时间 提交时间 递交时间 申请递交时间 提交申请时间 申请提交时间 线上递交申请时间 线上递交时间 线上申请时间 申请日期'),
  origin: column('取得方式', '取号方式 号码取得方式 顺序号取得方式 产生方式 号码来源', { optional: true, mergeable: true }),
  remark,
};

export const columnsOf = { listings: listingColumns, waitlist: waitlistColumns } as const satisfies Record<RegisterKind, Readonly<Record<string, ColumnDefinition>>>;

/** What a register itself calls a column. */
export function columnLabel(kind: RegisterKind, key: ColumnKey): string {
  return definitionOf(kind, key)?.label ?? key;
}

/** The definition of a column in one of the registers; undefined when that register has no such column. */
export function definitionOf(kind: RegisterKind, key: ColumnKey): ColumnDefinition | undefined {
  return (columnsOf[kind] as Readonly<Partial<Record<ColumnKey, ColumnDefinition>>>)[key];
}

/** Rents per square metre, per year or in ten-thousands are other quantities; their columns are not the monthly rent. */
const OTHER_QUANTITY = /元.*(?:m2|平)|(?:m2|平).*元|\/(?:年|天|日)|年租金|万元/;

/** A header's text without line breaks, spaces, brackets with units or explanations, and marks like `*`. Null: not a name. */
export function headerKey(text: string): string | null {
  const bare = squeeze(text).replace(/㎡|m²/gi, 'm2');
  if (OTHER_QUANTITY.test(bare)) return null;
  const key = bare.replace(/\([^()]*\)|\[[^[\]]*\]|【[^【】]*】|〔[^〔〕]*〕/g, '').replace(/[*＊:：、,，/\\|]/g, '').replace(/(?<=租金?)元$|(?<=面积)(?:m2|平方米)$/, '');
  return key === '' ? null : key;
}

/** Column by header key, per kind. */
export const columnByHeader: Readonly<Record<RegisterKind, ReadonlyMap<string, ColumnKey>>> = { listings: index(listingColumns), waitlist: index(waitlistColumns) };

function index(definitions: Readonly<Record<string, ColumnDefinition>>): ReadonlyMap<string, ColumnKey> {
  const map = new Map<string, ColumnKey>();
  for (const [key, { label, synonyms }] of Object.entries(definitions)) for (const word of [label, ...synonyms]) {
    if (map.has(word)) throw new Error(`column name ${word} is taken twice`);
    map.set(word, key as ColumnKey);
  }
  return map;
}
