/** Endpoints of waiting (M1, M2, W1–W4) and of contact near the turn. */
import { route } from './route';
import { accepted } from './schemas';
import * as w from './waiting-schemas';

export const waitingRoutes = {
  getMyWaiting: route({ method: 'GET', path: '/api/me/waiting', audience: 'family', summary: '我家的轮候办理情况', answer: w.myWaiting }),
  askToContinue: route({ method: 'POST', path: '/api/me/tickets/:ticketId/continuations', audience: 'family', summary: '申请继续参与轮候', body: w.askToContinue, answer: w.continuation, status: 201 }),
  makeWaitingRequest: route({ method: 'POST', path: '/api/me/waiting-requests', audience: 'family', summary: '申请调整组别居室，或与租赁补贴互转', body: w.waitingRequestBody, answer: w.waitingRequest, status: 201 }),
  withdrawWaitingRequest: route({ method: 'POST', path: '/api/me/waiting-requests/:requestId/withdrawal', audience: 'family', summary: '撤回申请', body: w.withdrawRequest, answer: w.waitingRequest }),
  confirmContact: route({ method: 'POST', path: '/api/me/contact-confirmations', audience: 'family', summary: '确认联系电话仍在使用', body: w.confirmContact, answer: accepted, status: 201 }),

  getHouseholdWaiting: route({ method: 'GET', path: '/api/staff/households/:householdId/waiting', audience: 'staff', summary: '某户的轮候办理情况', answer: w.householdCase }),
  continueForFamily: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/continuations', audience: 'staff', summary: '窗口协助申请继续参与轮候', body: w.assistedContinuation, answer: w.continuation, status: 201 }),
  cancelQualification: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/cancellation', audience: 'staff', summary: '取消轮候资格', body: w.endWaiting, answer: w.waitingTicket }),
  giveUpWaiting: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/give-up', audience: 'staff', summary: '登记放弃轮候', body: w.endWaiting, answer: w.waitingTicket }),
  cancelCandidate: route({ method: 'POST', path: '/api/staff/candidates/:candidateId/cancellation', audience: 'staff', summary: '取消尚未生成顺序号家庭的轮候资格', body: w.endWaiting, answer: w.candidate }),
  giveUpCandidate: route({ method: 'POST', path: '/api/staff/candidates/:candidateId/give-up', audience: 'staff', summary: '登记尚未生成顺序号的家庭放弃轮候', body: w.endWaiting, answer: w.candidate }),
  listWaitingRequests: route({ method: 'GET', path: '/api/staff/waiting-requests', audience: 'staff', summary: '轮候调整与补贴互转的申请', query: w.waitingRequestQuery, answer: w.staffWaitingRequests }),
  decideWaitingRequest: route({ method: 'POST', path: '/api/staff/waiting-requests/:requestId/decision', audience: 'staff', summary: '审核轮候调整与补贴互转的申请', body: w.decideRequest, answer: w.staffWaitingRequest }),
  listSubsidies: route({ method: 'GET', path: '/api/staff/subsidies', audience: 'staff', summary: '租赁补贴家庭库', query: w.subsidyQuery, answer: w.subsidies }),
  stopSubsidy: route({ method: 'POST', path: '/api/staff/subsidies/:subsidyId/stop', audience: 'staff', summary: '停止发放租赁补贴', body: w.endWaiting, answer: w.subsidy }),
  listStaleContacts: route({ method: 'GET', path: '/api/staff/stale-contacts', audience: 'staff', summary: '临近选房而未确认联系电话的家庭', query: w.staleContactQuery, answer: w.staleContacts }),
} as const;
