/** For every row of docs/policies.md: a request that whoever may make it is granted, about something of `here`. */
import { defaultCalendar } from '../../../config/default-calendar';
import { routes, type Route, type RouteName } from '../../../shared/contract/routes';
import type { Knock } from '../door';
import { rankedPickConsent } from '../../../shared/ranked-pick';
import { contentOf } from '../applications';
import { phoneOf } from '../build';
import { callers, paper, SIGN_IN_CODE, STAFF_PASSWORD, type City } from './city';
import { here, phoneOfPlace } from './place';

export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly file?: Uint8Array;
  readonly headers?: (body: string, city: City) => Record<string, string>;
  /** The same about something that does not exist, where exchanging the ids does not say it. */
  readonly ofNone?: Asked;
}

const district = here.district;
const inDistrict: Asked = { query: { district } };
const version = 1;
const reason = '按规定办理';
const ticket = (name: string, body?: unknown): Asked => ({ params: { ticketId: `near-${name}-ticket` }, ...(body === undefined ? {} : { body }) });
const household = (householdId: string, body?: unknown): Asked => ({ params: { householdId }, ...(body === undefined ? {} : { body }) });
const application = (state: string, body?: unknown): Asked => ({ params: { applicationId: `near-application-${state}` }, ...(body === undefined ? {} : { body }) });
const attachment: Asked = { params: { attachmentId: 'near-application-supplementOne-1' } };
const allocation = (name: string, act: string, more: object = {}): Asked => ({ params: { allocationId: `near-allocation-${name}` }, body: { act, version, reason, ...more } });
const lane = (bedrooms: number, body?: unknown): Asked => ({ params: { laneId: `${here.area}-${bedrooms}` }, ...(body === undefined ? {} : { body }) });
const homes = (act: string, name: string): Asked => ({ body: { act, reason, items: [{ listingId: `near-home-${name}`, version }] } });
const transfer = (state: string, act: string): Asked => ({ params: { transferId: `near-transfer-${state}` }, body: { act, version, reason } });
const swap = (act: string): Asked => ({ params: { swapId: 'near-swap' }, body: { act, version, reason } });
const atWindow = { place: '章贡区服务窗口', consent: '本人到场签字' };
const ending = { version, reason };
const signed = (by: 'smsGateway' | 'socialAssistance') => (body: string, city: City) => city.door.sign(by, body);

/** By row: the endpoint's name, with what tells apart two rows of one endpoint after a slash. */
export const requests: Readonly<Record<string, Asked | ((city: City) => Asked)>> = {
  getLive: lane(2),
  getRemainingHomes: inDistrict,
  getUnitTable: { params: { communityId: 'near-community' } },
  getLedger: { params: { stream: `lane.${here.area}-2` } },
  getEntryProof: { params: { stream: `lane.${here.area}-2`, seq: '1' } },
  getSeal: { params: { day: '2026-05-31' } },
  getPublicity: { params: { publicityId: 'near-result' } },
  checkReceipt: { body: { body: 'x', signature: 'x', keyId: 'x' } },
  requestCode: { body: { phone: phoneOfPlace(here) } },
  signIn: { body: { phone: phoneOfPlace(here), code: SIGN_IN_CODE } },
  staffSignIn: (city) => ({ body: { account: city.idOf(callers.find(({ column }) => column === '本区审核')!), password: STAFF_PASSWORD } }),

  listMyHomes: ticket('onTurn'),
  pickHome: ticket('onTurn', { listingId: 'near-home-free' }),
  passTurn: ticket('onTurn', { confirm: true }),
  getReceipt: ticket('picked'),
  getMyRanking: ticket('ranked'),
  rankHomes: ticket('ranked', { listingIds: ['near-home-other'] }),
  agreeToRanking: ticket('ranked', { version, wording: rankedPickConsent.wording, confirm: true }),
  revokeRanking: ticket('ranked', { confirm: true }),
  downloadNotice: { params: { allocationId: 'near-allocation-qualified' } },
  giveUpAllocation: { params: { allocationId: 'near-allocation-picked' }, body: { version, confirm: true } },
  createApplication: { body: {} },
  getMyApplication: application('draft'),
  saveDraft: application('draft', { version, content: { address: '别处' } }),
  submitApplication: application('draft', { version, confirm: true }),
  withdrawApplication: application('draft', { version, confirm: true }),
  uploadAttachment: { ...application('draft'), file: paper, headers: () => ({ 'x-file-name': 'paper.pdf', 'content-type': 'application/pdf' }) },
  removeAttachment: { ...attachment, body: { confirm: true } },
  downloadMyAttachment: attachment,
  raiseObjection: { params: { publicityId: 'near-first' }, body: { subjectId: 'near-application-firstPublicity.1', text: '该家庭另有住房' } },
  getMyTimeline: ticket('waiting'),
  getMyForecast: ticket('waiting'),
  askToContinue: ticket('missed', { confirm: true }),
  makeWaitingRequest: { body: { kind: 'toSubsidy', ticketId: 'near-waiting-ticket', reason } },
  'makeWaitingRequest/fromSubsidy': { body: { kind: 'fromSubsidy', householdId: 'near-subsidised', group: 'publicRental-1', reason } },
  withdrawWaitingRequest: { params: { requestId: 'near-request' }, body: { version } },
  confirmContact: { body: { householdId: 'near-waiting' } },
  requestTransfer: { body: { kind: 'lowFloor', reason: '家有行动不便的老人' } },
  withdrawTransfer: { params: { transferId: 'near-transfer-requested' }, body: { version, confirm: true } },

  searchApplications: { body: { state: 'levelOne' } },
  countApplications: { body: {} },
  getApplication: application('levelOne'),
  'reviewApplication/level-one': application('levelOne', { version, level: 1, outcome: 'approve', reasons: '', priorityCategory: null }),
  'reviewApplication/level-two': application('levelTwo', { version, level: 2, outcome: 'approve', reasons: '' }),
  downloadAttachment: attachment,
  searchPeople: { body: { phone: phoneOfPlace(here) } },
  getHousehold: household('near-levelOne'),
  changePhone: household('near-levelOne', { version, phone: '13911112222', place: '区服务窗口', consent: '申请人到场签字', identityChecked: true }),
  revealHousehold: household('near-levelOne', { fields: ['names', 'identities', 'phone', 'address'], reason: '核对申请材料' }),
  decideObjection: { params: { objectionId: 'near-objection' }, body: { version, upheld: true, answer: '经核实成立' } },
  listCandidates: { query: { group: 'publicRental-2' } },

  openLane: lane(1, { reason }),
  pauseLane: lane(2, { reason }),
  resumeLane: lane(3, { reason }),
  // The first number of the place: seedLanes gives it to the family whose turn it is.
  findTicket: { query: { group: 'publicRental-2', queueNumber: String(here.base + 1) }, ofNone: { query: { group: 'publicRental-2', queueNumber: '999999' } } },
  assistedPick: ticket('onTurn', { listingId: 'near-home-free', ...atWindow }),
  rankForFamily: ticket('ranked', { listingIds: ['near-home-other'], wording: rankedPickConsent.wording, ...atWindow }),
  revokeForFamily: ticket('ranked', atWindow),
  resendMessage: { params: { messageId: 'near-message-dead' }, body: { reason } },
  recordCall: { params: { taskId: 'near-call' }, body: { reached: true, note: '本人接听' } },

  getHouseholdWaiting: household('near-waiting'),
  getTicketTimeline: ticket('waiting'),
  getTicketForecast: ticket('waiting'),
  continueForFamily: ticket('missed', atWindow),
  cancelQualification: ticket('waiting', ending),
  giveUpWaiting: ticket('waiting', ending),
  cancelCandidate: { params: { candidateId: 'near-candidate' }, body: ending },
  giveUpCandidate: { params: { candidateId: 'near-candidate' }, body: ending },
  listWaitingRequests: inDistrict,
  decideWaitingRequest: { params: { requestId: 'near-request' }, body: { version, approved: true, answer: '同意' } },
  listSubsidies: inDistrict,
  stopSubsidy: { params: { subsidyId: 'near-subsidy' }, body: ending },
  listStaleContacts: inDistrict,

  getHouseholdStanding: household('near-waiting'),
  listCreditRecords: household('near-waiting'),
  addCreditRecord: household('near-waiting', { memberId: 'near-waiting-1', text: '材料不实' }),
  blacklistMember: { params: { memberId: 'near-waiting-1' }, body: { reason, untilDay: null, creditRecordId: null } },
  liftBar: { params: { barId: 'near-bar' }, body: ending },
  listBars: inDistrict,

  reportHomes: { body: { submit: true, homes: [{ district, community: '新小区', building: '1栋', entrance: '', floor: 2, room: '201', bedrooms: 2, areaSqm: 50, orientation: '南', rentFen: 1, owner: '', remark: '' }] } },
  'actOnHomes/submit': homes('submit', 'draft'),
  'actOnHomes/district-review': homes('approve', 'reported'),
  'actOnHomes/city-review': homes('approve', 'vacated'),
  listStaffListings: inDistrict,
  listListingReviews: inDistrict,
  listVacatedHomes: inDistrict,

  listAllocations: inDistrict,
  'actOnAllocation/check-originals': allocation('qualified', 'checkOriginals'),
  'actOnAllocation/confirm-doubt': allocation('doubted', 'confirmDoubt'),
  'actOnAllocation/give-up': allocation('qualified', 'giveUp', { ...atWindow, confirm: true }),
  'actOnAllocation/cancel': allocation('qualified', 'cancel', { confirm: true }),
  'actOnAllocation/reinstate': allocation('lapsed', 'reinstate'),
  listStalledAllocations: inDistrict,
  listMoveInBatches: inDistrict,
  getMoveInBatch: { params: { batchId: 'near-moveIn' } },
  registerTenancy: (() => {
    const { applicantName, identity, members } = contentOf(9_000);
    return { body: { listingId: 'near-home-draft', version, applicantName, identity, phone: phoneOf(9_000), street: here.street, members, contractNumber: 'HT-9000', startedDay: '2019-03-01', documentsChecked: true, documents: '租赁合同、全家身份证' } };
  })(),
  listTenancies: inDistrict,
  listTransfers: inDistrict,
  'actOnTransfer/accept': transfer('requested', 'accept'),
  'actOnTransfer/approve': transfer('reviewed', 'approve'),
  assignHomes: { body: { reason, items: [{ transferId: 'near-transfer-approved', version, listingId: 'near-home-reserved' }] } },
  exportTransfers: inDistrict,
  matchSwap: { body: { firstListingId: 'near-home-a-tenant', secondListingId: 'near-home-b-tenant', consent: '双方到场签字' } },
  listSwaps: inDistrict,
  'actOnSwap/approve': swap('approve'),
  'actOnSwap/withdraw': swap('withdraw'),
  searchAssignable: { body: { group: 'publicRental-2' } },
  exportAssignable: { body: { group: 'publicRental-2' } },

  getCalendarYear: { params: { year: '2026' } },
  replaceCalendarYear: { params: { year: '2026' }, body: { version, festivals: defaultCalendar.find(({ year }) => year === 2026)!.festivals, source: '国办通知', reason } },
  getRuleSet: { params: { ruleSetId: 'near-draft' } },
  createRuleDraft: { body: { title: '另一份草稿' } },
  saveRuleDraft: ({ door }) => ({ params: { ruleSetId: 'near-draft' }, body: { version, title: '改过的草稿', values: door.kernel.rules().values } }),
  publishRuleDraft: { params: { ruleSetId: 'near-draft' }, body: { version, effectiveDay: '2026-07-01', reason } },
  dropRuleDraft: { params: { ruleSetId: 'near-draft' }, body: { version, reason } },
  tryRuleSet: { params: { ruleSetId: 'near-draft' }, body: { from: '2026-05-31', to: '2026-05-31' } },

  requestExport: { body: { scope: { kind: 'household', householdId: 'near-waiting' }, reason: '抽查', unmasked: false } },
  getExport: ({ exportId }) => ({ params: { exportId }, ofNone: { params: { exportId: 'export-of-nobody' } } }),
  downloadExport: ({ exportId }) => ({ params: { exportId, name: 'manifest.json' }, ofNone: { params: { exportId: 'export-of-nobody', name: 'manifest.json' } } }),

  smsReceipt: { body: { gatewayId: 'near-gateway', status: 'delivered', atMs: 1 }, headers: signed('smsGateway') },
  receiveSocialAssistance: { body: { caseNumber: 'SA-2026-0001', content: contentOf(900, { phone: phoneOf(900) }) }, headers: signed('socialAssistance') },
};

/** The endpoint a row is about. */
export const routeOf = (row: string): RouteName => row.split('/')[0] as RouteName;

/** What a row asks for. */
export function askedOf(row: string, city: City): Asked {
  const asked = requests[row] ?? {};
  return typeof asked === 'function' ? asked(city) : asked;
}

/** The same about something that does not exist; null where the request names nothing. */
export function ofNone(asked: Asked): Asked | null {
  if (asked.ofNone !== undefined) return { ...asked, ...asked.ofNone };
  const { params = {}, query = {}, body } = asked;
  const named = JSON.stringify({ params, query, body });
  const none = named.replace(/near-|zhanggong-/g, 'nobodys-');
  return none === named ? null : { ...asked, ...(JSON.parse(none) as Asked) };
}

/** As it goes over the line. Signed only when asked for by somebody who has the key. */
export function knockOf(row: string, asked: Asked, city: City, token: string | undefined, isSigned = true): Knock {
  const route: Route = routes[routeOf(row)];
  const url = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(asked.params?.[name] ?? ''));
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
  return {
    method: route.method, url: asked.query === undefined ? url : `${url}?${new URLSearchParams(asked.query).toString()}`, token, body: asked.file ?? body,
    headers: { ...(route.idempotent ? { 'idempotency-key': `knock-${row}` } : {}), ...(isSigned ? asked.headers?.(body ?? '', city) : {}) },
  };
}
