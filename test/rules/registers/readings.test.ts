/** Reading single cells of a register: what is accepted, what is refused, and that nothing is repaired. */
import fc from 'fast-check';
import { readAreaSqm, readFloor, readRentFen } from '../../../bff/domain/registers/amounts';
import type { PlainCell, Reading } from '../../../bff/domain/registers/cell';
import { readBedrooms, readGroup, readListingState, readOrigin } from '../../../bff/domain/registers/classes';
import { calendarDay, checkCharacter, readIdentity, readIdentityText } from '../../../bff/domain/registers/identity-number';
import { readCoApplicants, readName, readPhone } from '../../../bff/domain/registers/people';
import { doorKey, readBuilding, readCommunity, readDistrict, readEntrance, readRoom } from '../../../bff/domain/registers/places';
import { readDay, readMoment } from '../../../bff/domain/registers/register-time';
import { halfWidth, quote, smallNumber, squeeze, tidy } from '../../../bff/domain/registers/text';
import { reasons } from '../../../bff/domain/registers/wording';
import { formatInstant } from '../../../shared/shanghai-time';
import { identityNumber, testAreas } from '../../support/workbook-registers';

const TODAY = '2026-06-01';
const text = (value: string): PlainCell => ({ kind: 'text', text: value });
const number = (value: number): PlainCell => ({ kind: 'number', number: value });
const date = (iso: string): PlainCell => ({ kind: 'date', wallMs: Date.parse(`${iso}Z`) });
const value = <T>(reading: Reading<T>): T | string => (reading.ok ? reading.value : `✗ ${reading.reason}`);
const refused = (reading: Reading<unknown>): boolean => !reading.ok;

describe('text', () => {
  const odd = fc.string({ unit: fc.constantFrom(...'１０１ＡｚＺ　／（）￥¥ \t\n\u00A0\u200B\uFEFF張三〇。，a9-', '𠮷', '﨑') });

  it('bringing text to one form twice changes nothing more', () => {
    fc.assert(fc.property(odd, (raw) => {
      for (const normalise of [halfWidth, tidy, squeeze]) expect(normalise(normalise(raw))).toBe(normalise(raw));
    }));
  });

  it('leaves the characters of names alone', () => {
    for (const name of ['𠮷田', '山﨑', '张三', '阿卜杜拉·买买提']) expect(tidy(name)).toBe(name);
    expect(tidy('　１０１　Ａ座 ')).toBe('101 A座');
  });

  it('P2 shows no long run of digits in a reason', () => {
    fc.assert(fc.property(fc.stringMatching(/^[\d ]{0,4}\d{7,18}[\dX]?$/), (digits) => {
      expect(quote(digits)).not.toMatch(/\d{6}/);
    }));
  });

  it('reads small numbers in both numerals', () => {
    expect(['1', '十', '十二', '二十', '二十五', '两', '〇', '三十三'].map(smallNumber)).toEqual([1, 10, 12, 20, 25, 2, 0, 33]);
    expect(['', '百', '十十', '123', '-1', 'constructor'].map(smallNumber)).toEqual([null, null, null, null, null, null]);
  });
});

describe('identity numbers (GB 11643)', () => {
  const digits17 = fc.tuple(fc.constantFrom('360702', '110101', '810000', '830000', '944123'), fc.date({ min: new Date('1901-01-01'), max: new Date('2026-05-31'), noInvalidDate: true }), fc.integer({ min: 0, max: 999 }))
    .map(([region, born, sequence]) => region + born.toISOString().slice(0, 10).replace(/-/g, '') + String(sequence).padStart(3, '0'));

  it('accepts every number with its check character, however it is written', () => {
    fc.assert(fc.property(digits17, fc.constantFrom('', ' ', '　', "'"), (digits, noise) => {
      const whole = digits + checkCharacter(digits);
      expect(value(readIdentityText(noise + whole.toLowerCase().replace(/(\d{6})(\d{8})/, '$1 $2 ') + noise.trim(), TODAY))).toBe(whole);
    }));
  });

  it('never accepts a wrong check character', () => {
    fc.assert(fc.property(digits17, fc.constantFrom(...'0123456789X'), (digits, check) => {
      fc.pre(check !== checkCharacter(digits));
      expect(value(readIdentityText(digits + check, TODAY))).toBe(`✗ ${reasons.identityCheck}`);
    }));
  });

  it('never accepts one digit changed', () => {
    fc.assert(fc.property(digits17, fc.integer({ min: 0, max: 16 }), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
      const changed = digits.slice(0, at) + String((Number(digits[at]) + by) % 10) + digits.slice(at + 1);
      expect(refused(readIdentityText(changed + checkCharacter(digits), TODAY))).toBe(true);
    }));
  });

  it('knows the number of the standard, and its kinds', () => {
    expect(checkCharacter('11010519491231002')).toBe('X');
    for (const known of ['11010519491231002X', '440524188001010014', '810000199408230021', '830000199201300022']) {
      expect([known, value(readIdentityText(known, TODAY))]).toEqual([known, known === '440524188001010014' ? `✗ ${reasons.identityBirth}` : known]);
    }
    const foreign = '91144119800101123';
    expect(refused(readIdentityText(foreign + checkCharacter(foreign), TODAY))).toBe(false);
  });

  it.each([
    ['USA110075010112', reasons.identityOldForeign], [' usa 110075010112', reasons.identityOldForeign], ['US1110075010112', reasons.identityLength(15)],
    ['360704980522059', reasons.identityOld], ['36070419980522059', reasons.identityLength(17)], ['3607041998052205931', reasons.identityLength(19)],
    ['36070419980230059X', reasons.identityBirth], ['360704202702300590', reasons.identityBirth], ['000704199805220590', reasons.identityRegion],
    ['36070419980522O593', reasons.identityCharacters], ['3.60704199805221E+17', reasons.identityLost], ['X60704199805220593', reasons.identityCharacters],
  ])('refuses %s', (raw, reason) => expect(value(readIdentityText(raw, TODAY))).toBe(`✗ ${reason}`));

  it('refuses who is not born yet, and days that were never', () => {
    const born = (day: string) => `360702${day}001${checkCharacter(`360702${day}001`)}`;
    for (const day of ['20260602', '20270101', '19000229', '21000229', '20230229', '18991231']) expect([day, value(readIdentityText(born(day), TODAY))]).toEqual([day, `✗ ${reasons.identityBirth}`]);
    for (const day of ['20260601', '20000229', '20240229', '19000101']) expect([day, value(readIdentityText(born(day), TODAY))]).toEqual([day, born(day)]);
  });

  it('refuses a number that a spreadsheet has rounded, and never repairs it', () => {
    fc.assert(fc.property(digits17, (digits) => {
      expect(value(readIdentity(number(Number(digits + checkCharacter(digits).replace('X', '0'))), TODAY))).toBe(`✗ ${reasons.identityLost}`);
    }));
    expect(value(readIdentity(number(360704980522059), TODAY))).toBe(`✗ ${reasons.identityOld}`);
    expect(refused(readIdentity(date('1998-05-22'), TODAY))).toBe(true);
  });

  it('P2 shows no identity number in any reason', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789Xx /abc姓名；') , minLength: 10, maxLength: 40 }), (raw) => {
      for (const reading of [readIdentityText(raw, TODAY), readPhone(text(raw)), readCoApplicants(text(raw), TODAY), readDistrict(text(raw), testAreas), readListingState(text(raw)), readGroup(text(raw)), readRentFen(text(raw)), readDay(text(raw), false), readFloor(text(raw))]) {
        if (!reading.ok) expect(reading.reason.replace('20260309', '')).not.toMatch(/\d{7}/);
      }
    }));
  });
});

describe('phones', () => {
  it.each(['13590746562', '135 9074 6562', '135-9074-6562', '+8613590746562', '+86 135 9074 6562', '008613590746562', '8613590746562', '１３５９０７４６５６２', "'13590746562"])('reads %s', (raw) => {
    expect(value(readPhone(text(raw)))).toBe('13590746562');
  });
  it.each(['1359074656', '135907465621', '0797-8123456', '13590746562/13828743244', '13590746562 13828743244', '12345678901', '无', '1359074656二'])('refuses %s', (raw) => expect(refused(readPhone(text(raw)))).toBe(true));
  it('reads a number, as spreadsheets keep it', () => {
    expect(value(readPhone(number(13590746562)))).toBe('13590746562');
    expect(refused(readPhone(number(1359074656.2)))).toBe(true);
  });
});

describe('days and moments (T1)', () => {
  const days = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true });
  const parts = (at: Date) => [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()] as const;

  it('reads every form of a day alike', () => {
    fc.assert(fc.property(days, (at) => {
      const iso = at.toISOString().slice(0, 10);
      const [y, m, d] = parts(at);
      const serial = Math.floor(at.getTime() / 86_400_000) + 25_569;
      for (const raw of [iso, `${y}/${m}/${d}`, `${y}.${m}.${d}`, `${y}年${m}月${d}日`, `${y} 年 ${m} 月 ${d} 日`, iso.replace(/-/g, ''), ` ${iso} `, `${iso} 00:00:00`]) expect(value(readDay(text(raw), false))).toBe(iso);
      expect(value(readDay(number(serial), false))).toBe(iso);
      expect(value(readDay(number(serial - 1462), true))).toBe(iso);
      expect(value(readDay(number(Number(iso.replace(/-/g, ''))), false))).toBe(iso);
      expect(value(readDay(date(`${iso}T00:00:00`), false))).toBe(iso);
    }));
  });

  it('reads a moment to the second from text and from a serial', () => {
    fc.assert(fc.property(days, (at) => {
      const wall = new Date(Math.floor(at.getTime() / 1000) * 1000);
      const shown = wall.toISOString().slice(0, 19).replace('T', ' ');
      for (const cell of [text(shown), text(shown.replace(/-/g, '/')), text(shown.replace(' ', 'T')), number(wall.getTime() / 86_400_000 + 25_569), { kind: 'date', wallMs: wall.getTime() + 0.4 } as PlainCell]) {
        const moment = readMoment(cell, false);
        expect(moment.ok && formatInstant(moment.value.atMs)).toBe(shown);
      }
    }));
  });

  it.each(['2026-02-30', '2026-13-01', '2026-3', '26-3-9', '3/9/2026', '2026年3月', '20260230', '1926-03-09', '2026-03-09 12:00', '今年', '2026-3/9'])('refuses the day %s', (raw) => expect(refused(readDay(text(raw), false))).toBe(true));
  it.each(['2026-03-09 24:00:00', '2026-03-09 09:60', '2026-03-09 9', '09:30'])('refuses the moment %s', (raw) => expect(refused(readMoment(text(raw), false))).toBe(true));
  it('reads 时分秒, and knows when there is no time', () => {
    expect(readMoment(text('2026年3月9日 9时5分'), false)).toEqual({ ok: true, value: { atMs: Date.parse('2026-03-09T09:05:00+08:00'), day: '2026-03-09', hasTime: true } });
    expect(readMoment(text('2026-03-09'), false)).toMatchObject({ value: { hasTime: false } });
  });
  it('agrees with the calendar', () => {
    fc.assert(fc.property(fc.integer({ min: 1000, max: 2999 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 32 }), (y, m, d) => {
      const real = new Date(Date.UTC(y, m - 1, d));
      const exists = real.getUTCMonth() === m - 1 && real.getUTCDate() === d && m >= 1;
      expect(calendarDay(y, m, d) !== null).toBe(exists);
    }));
  });
});

describe('amounts', () => {
  it('reads every amount of money exactly, in fen', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000_000 }), (fen) => {
      const yuan = (fen / 100).toFixed(2);
      for (const raw of [yuan, ` ${yuan} `, `￥${yuan}`, `¥ ${yuan}`, `${yuan}元`, `${yuan}元/月`, `人民币${yuan}元`]) expect(value(readRentFen(text(raw)))).toBe(fen);
      expect(value(readRentFen(number(fen / 100)))).toBe(fen);
    }));
    expect(value(readRentFen(text('1,284.50元')))).toBe(128_450);
  });
  it.each(['0', '-284', '2.845', '284元/㎡', '二百', '284-300', '1,28', '约284', '28 4.1.1', '0.3万元', '200元/年'])('refuses the rent %s', (raw) => expect(refused(readRentFen(text(raw)))).toBe(true));
  it('reads areas with their unit', () => {
    for (const raw of ['67.15', '67.15㎡', '67.15 m²', '６７.１５平方米', '67.15M2']) expect(value(readAreaSqm(text(raw)))).toBe(67.15);
    expect(value(readAreaSqm(number(36.440000000000005)))).toBe(36.44);
    for (const raw of ['0', '-3', '67.15亩', '1001', '67.15/70', '']) expect(refused(readAreaSqm(text(raw)))).toBe(true);
  });
  it('reads floors, also below ground, but no floor 0', () => {
    for (const [raw, floor] of [['3', 3], ['3层', 3], ['3F', 3], ['F3', 3], ['三楼', 3], ['第3层', 3], ['十二层', 12], ['-1', -1], ['B1', -1], ['负一层', -1], ['地下1层', -1], ['３', 3]] as const) expect([raw, value(readFloor(text(raw)))]).toEqual([raw, floor]);
    for (const cell of [text('0'), text('3/18'), text('3-4'), text('跃层'), number(1.5), number(0), number(999), date('2026-03-09')]) expect(refused(readFloor(cell))).toBe(true);
  });
});

describe('classes', () => {
  it('G1 reads the six groups in the words registers use', () => {
    for (const [words, group] of [
      [['廉租住房一居室组', '廉租住房1居室', '廉租房一居室', '廉租住房（一居室）组', '廉租-一居室', ' 廉租住房 一居室组 ', '一居室廉租住房组'], 'lowRent-1'],
      [['廉租住房二居室组', '廉租房两居室组', '廉租２居室组'], 'lowRent-2'],
      [['公租房三居室组', '公共租赁住房三居室组', '公租住房3室组', '公租房三房组'], 'publicRental-3'],
    ] as const) for (const word of words) expect([word, value(readGroup(text(word)))]).toEqual([word, group]);
  });
  it.each(['廉租住房', '一居室组', '廉租住房四居室组', '公租房廉租住房一居室组', '经济适用房一居室组', '公租房一居室甲组', '廉租住房一居室二居室组', ''])('G1 refuses the group %s', (raw) => expect(refused(readGroup(text(raw)))).toBe(true));

  it('reads bedrooms', () => {
    for (const [raw, bedrooms] of [['1', 1], ['一居室', 1], ['1室', 1], ['2室1厅', 2], ['两居', 2], ['三房', 3], ['2室1厅1卫', 2], ['3居室户型', 3]] as const) expect([raw, value(readBedrooms(text(raw)))]).toEqual([raw, bedrooms]);
    expect(value(readBedrooms(number(2)))).toBe(2);
    for (const cell of [text('4'), text('0'), text('12'), text('1-2'), text('单间'), number(1.5), text('1室2室')]) expect(refused(readBedrooms(cell))).toBe(true);
  });

  it('L3 reads the states of a home', () => {
    expect(['可配租', '已出租', '预留', '维修中', '腾退待审', ' 维修 中 ', '在租'].map((word) => value(readListingState(text(word))))).toEqual(['available', 'leased', 'reserved', 'maintenance', 'inReview', 'maintenance', 'leased']);
    for (const word of ['空置', '已配租', '', 'available', 'constructor', '1']) expect(refused(readListingState(text(word)))).toBe(true);
  });

  it('G6 reads how a number was won', () => {
    expect(value(readOrigin(text('摇号')))).toBe('lottery');
    expect(value(readOrigin(text('线上申请')))).toBe('batch');
    expect(refused(readOrigin(text('内部')))).toBe(true);
  });
});

describe('people', () => {
  it('reads names of any script, without spaces inside Chinese ones', () => {
    for (const [raw, name] of [['张三', '张三'], [' 张 三 ', '张三'], ['欧阳 小雨', '欧阳小雨'], ['John  Smith', 'John Smith'], ['阿卜杜拉•买买提', '阿卜杜拉·买买提'], ['𠮷 田', '𠮷田']] as const) expect([raw, value(readName(text(raw)))]).toEqual([raw, name]);
    for (const cell of [text('张'), text('360704199805220593'), text('张三360704199805'), number(3), text('?'), text('=A1')]) expect(refused(readName(cell))).toBe(true);
  });

  it('reads co-applicants, several in one cell', () => {
    const [a, b] = [identityNumber(1), identityNumber(2)];
    const both = [{ name: '侯海涛', identity: a, relation: '子' }, { name: '罗子雨', identity: b, relation: '女' }];
    for (const joint of ['；', ';', '、', '\n', '；\n', ' ， ']) expect(value(readCoApplicants(text(`侯海涛/${a}/子${joint}罗 子雨 / ${b} ／女${joint}`), TODAY))).toEqual(both);
    for (const none of ['', '无', '—', '/', ' ']) expect(value(readCoApplicants(text(none), TODAY))).toEqual([]);
  });
  it('V3 refuses a cell in which one co-applicant is wrong, saying which', () => {
    const [a, b] = [identityNumber(1), identityNumber(2)];
    const wrong = b.slice(0, 17) + (b[17] === '0' ? '1' : '0');
    expect(value(readCoApplicants(text(`侯海涛/${a}/子；罗子雨/${wrong}/女`), TODAY))).toBe(`✗ ${reasons.coApplicantIdentity(2, reasons.identityCheck)}`);
    expect(value(readCoApplicants(text(`侯海涛/${a}；罗子雨/${b}/女`), TODAY))).toBe(`✗ ${reasons.coApplicantForm(1)}`);
    expect(value(readCoApplicants(text(`侯海涛/${a}/子；罗子雨/${a}/女`), TODAY))).toBe(`✗ ${reasons.coApplicantTwice(2)}`);
    expect(refused(readCoApplicants(text(`侯海涛/${a}/`), TODAY))).toBe(true);
    expect(refused(readCoApplicants(number(1), TODAY))).toBe(true);
  });
});

describe('places', () => {
  it('Q1 finds the waiting area of a district in any of its forms, and refuses others', () => {
    for (const [raw, name, code] of [['章贡区', '章贡区', 'zhanggong'], ['赣州市章贡区', '章贡区', 'zhanggong'], ['江西省赣州市章贡区', '章贡区', 'zhanggong'], ['经开区', '赣州经开区', 'jingkai'], ['赣州经开区', '赣州经开区', 'jingkai'], [' 蓉江 新区', '赣州蓉江新区', 'rongjiang']] as const) {
      expect(readDistrict(text(raw), testAreas)).toMatchObject({ ok: true, value: { name, area: { code } } });
    }
    for (const raw of ['于都县', '章贡', '新区', '市章贡区', '']) expect(refused(readDistrict(text(raw), testAreas))).toBe(true);
  });
  it('keeps a room as text: leading zeros stay, full-width digits are digits', () => {
    for (const [cell, room] of [[number(101), '101'], [text('0101'), '0101'], [text('１０１'), '101'], [text(' a-101 '), 'A-101'], [text("'0302"), '0302'], [text('101室'), '101室']] as const) expect(value(readRoom(cell))).toBe(room);
    for (const cell of [number(101.5), number(-1), date('2026-01-10'), text('同上'), text('?')]) expect(refused(readRoom(cell))).toBe(true);
    expect(value(readRoom(date('2026-01-10')))).toBe(`✗ ${reasons.becameDate}`);
  });
  it('reads one door however it is written, and two doors as two', () => {
    const key = (building: string, entrance: string, room: string) => doorKey({ district: '章贡区', community: '水西家园', building, entrance, room });
    for (const same of [key('1号楼', '1', '101室'), key('1#', '1单元', '101'), key('1幢', '1门', '101号')]) expect(same).toBe(key('1栋', '1单元', '101'));
    for (const other of [key('1栋', '1单元', '0101'), key('1栋', '11单元', '01'), key('11栋', '1单元', '101'), key('2栋', '1单元', '101'), key('A栋', '1单元', '101')]) expect(other).not.toBe(key('1栋', '1单元', '101'));
    expect(value(readBuilding(number(3)))).toBe('3栋');
    expect(value(readEntrance(text('２')))).toBe('2单元');
    expect(value(readEntrance(text('无')))).toBe('');
    expect(value(readCommunity(text('水西 家园')))).toBe('水西家园');
    expect(value(readCommunity(text('同上')))).toBe(`✗ ${reasons.ditto}`);
  });
});
