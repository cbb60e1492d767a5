/** Endpoints of persons' standing (F1–F3): seen by the family itself, kept by staff. */
import { route } from './route';
import * as s from './standing-schemas';

export const standingRoutes = {
  getMyStanding: route({ method: 'GET', path: '/api/me/standing', audience: 'family', summary: '我家的放弃记录与申请限制', answer: s.myStanding }),
  getHouseholdStanding: route({ method: 'GET', path: '/api/staff/households/:householdId/standing', audience: 'staff', summary: '某户的放弃记录与申请限制', answer: s.householdStanding }),
  listCreditRecords: route({ method: 'GET', path: '/api/staff/households/:householdId/credit-records', audience: 'staff', summary: '某户的信用记录', answer: s.creditRecords }),
  addCreditRecord: route({ method: 'POST', path: '/api/staff/households/:householdId/credit-records', audience: 'staff', summary: '登记信用记录', body: s.addCreditRecord, answer: s.creditRecord, status: 201 }),
  blacklistMember: route({ method: 'POST', path: '/api/staff/members/:memberId/blacklist', audience: 'staff', summary: '列入黑名单', body: s.blacklist, answer: s.bar, status: 201 }),
  liftBar: route({ method: 'POST', path: '/api/staff/bars/:barId/lift', audience: 'staff', summary: '解除申请限制', body: s.liftBar, answer: s.bar }),
  listBars: route({ method: 'GET', path: '/api/staff/bars', audience: 'staff', summary: '黑名单', query: s.barQuery, answer: s.bars }),
} as const;
