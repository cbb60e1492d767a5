/** Endpoints of the main job: the board, sign-in, a family's turn, staff acts on lanes, telling, the public ledger. */
import { route } from './route';
import * as s from './schemas';

export const selectionRoutes = {
  health: route({ method: 'GET', path: '/healthz', audience: 'public', summary: '服务状态', answer: s.health }),

  listLanes: route({ method: 'GET', path: '/api/lanes', audience: 'public', summary: '选房通道列表', answer: s.laneList }),
  getLive: route({ method: 'GET', path: '/api/lanes/:laneId/live', audience: 'public', summary: '选房通道实时情况', answer: s.liveView }),
  listCommunities: route({ method: 'GET', path: '/api/communities', audience: 'public', summary: '小区及剩余房源', answer: s.communityList }),
  getRemainingHomes: route({ method: 'GET', path: '/api/remaining-homes', audience: 'public', summary: '申请时查看各小区各居室的剩余房源', query: s.remainingQuery, answer: s.remainingHomes }),
  getUnitTable: route({ method: 'GET', path: '/api/communities/:communityId/unit-table', audience: 'public', summary: '楼盘表', answer: s.unitTable }),
  listLedgerStreams: route({ method: 'GET', path: '/api/ledger', audience: 'public', summary: '公开台账目录', query: s.ledgerStreamQuery, answer: s.ledgerStreams }),
  getLedger: route({ method: 'GET', path: '/api/ledger/:stream', audience: 'public', summary: '公开台账', query: s.ledgerQuery, answer: s.ledgerPage }),
  getSigningKey: route({ method: 'GET', path: '/api/signing-key', audience: 'public', summary: '回执签名公钥', answer: s.signingKey }),
  checkReceipt: route({ method: 'POST', path: '/api/receipt-checks', audience: 'public', summary: '核验选房回执', body: s.receiptCheck, answer: s.receiptVerdict }),

  requestCode: route({ method: 'POST', path: '/api/sign-in/codes', audience: 'public', summary: '获取短信验证码', body: s.requestCode, answer: s.codeRequested, status: 202 }),
  signIn: route({ method: 'POST', path: '/api/sign-in/sessions', audience: 'public', summary: '验证码登录', body: s.signIn, answer: s.signedIn, status: 201 }),
  signOut: route({ method: 'DELETE', path: '/api/sign-in/sessions', audience: 'family', summary: '退出登录', answer: s.accepted }),

  getMe: route({ method: 'GET', path: '/api/me', audience: 'family', summary: '我家的排队与选房', answer: s.me }),
  listMyHomes: route({ method: 'GET', path: '/api/me/tickets/:ticketId/homes', audience: 'family', summary: '我家可选的房源', answer: s.homeList }),
  pickHome: route({ method: 'POST', path: '/api/me/tickets/:ticketId/picks', audience: 'family', summary: '选定住房', body: s.pickHome, answer: s.receipt, idempotent: true, status: 201 }),
  passTurn: route({ method: 'POST', path: '/api/me/tickets/:ticketId/passes', audience: 'family', summary: '把机会让给下一户', body: s.passTurn, answer: s.passed, idempotent: true, status: 201 }),
  getReceipt: route({ method: 'GET', path: '/api/me/tickets/:ticketId/receipt', audience: 'family', summary: '选房回执', answer: s.receipt }),

  staffSignIn: route({ method: 'POST', path: '/api/staff/sessions', audience: 'public', summary: '工作人员登录', body: s.staffSignIn, answer: s.staffSignedIn, status: 201 }),
  openLane: route({ method: 'POST', path: '/api/staff/lanes/:laneId/open', audience: 'staff', summary: '开启选房', body: s.laneAct, answer: s.laneState }),
  pauseLane: route({ method: 'POST', path: '/api/staff/lanes/:laneId/pause', audience: 'staff', summary: '暂停选房', body: s.laneAct, answer: s.laneState }),
  resumeLane: route({ method: 'POST', path: '/api/staff/lanes/:laneId/resume', audience: 'staff', summary: '恢复选房', body: s.laneAct, answer: s.laneState }),
  findTicket: route({ method: 'GET', path: '/api/staff/tickets', audience: 'staff', summary: '按顺序号查家庭', query: s.staffTicketQuery, answer: s.staffTicket }),
  assistedPick: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/assisted-picks', audience: 'staff', summary: '窗口协助选房', body: s.assistedPick, answer: s.receipt, idempotent: true, status: 201 }),
  listOutbox: route({ method: 'GET', path: '/api/staff/outbox', audience: 'staff', summary: '消息发送记录', query: s.outboxQuery, answer: s.outboxList }),
  resendMessage: route({ method: 'POST', path: '/api/staff/outbox/:messageId/resend', audience: 'staff', summary: '重新发送消息', body: s.laneAct, answer: s.accepted }),
  listCallTasks: route({ method: 'GET', path: '/api/staff/call-tasks', audience: 'staff', summary: '电话告知任务', answer: s.callTaskList }),
  recordCall: route({ method: 'POST', path: '/api/staff/call-tasks/:taskId/outcome', audience: 'staff', summary: '登记通话结果', body: s.callOutcome, answer: s.accepted }),

  smsReceipt: route({ method: 'POST', path: '/api/callbacks/sms-receipts', audience: 'gateway', summary: '短信回执回调', body: s.smsReceipt, answer: s.accepted }),

  getDemoClock: route({ method: 'GET', path: '/api/demo/clock', audience: 'demo', summary: '演示时钟', answer: s.demoClock }),
  travel: route({ method: 'POST', path: '/api/demo/clock/travel', audience: 'demo', summary: '把演示时钟向前拨', body: s.travel, answer: s.demoClock }),
  setAutopilot: route({ method: 'POST', path: '/api/demo/autopilot', audience: 'demo', summary: '演示家庭自动选房', body: s.autopilot, answer: s.demoClock }),
  getDemoCast: route({ method: 'GET', path: '/api/demo/cast', audience: 'demo', summary: '演示人物', answer: s.demoCast }),
} as const;
