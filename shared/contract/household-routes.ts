/** Endpoints of households for staff (P2). */
import * as h from './household-schemas';
import { route } from './route';

export const householdRoutes = {
  searchPeople: route({ method: 'POST', path: '/api/staff/people/search', audience: 'staff', summary: '按证件号码或手机号码查家庭（脱敏）', body: h.searchPeople, answer: h.householdList }),
  getHousehold: route({ method: 'GET', path: '/api/staff/households/:householdId', audience: 'staff', summary: '一户家庭（脱敏）', answer: h.householdView }),
  revealHousehold: route({ method: 'POST', path: '/api/staff/households/:householdId/reveal', audience: 'staff', summary: '查看完整信息（记入操作日志）', body: h.reveal, answer: h.revealed }),
  changePhone: route({ method: 'POST', path: '/api/staff/households/:householdId/phone', audience: 'staff', summary: '更换家庭联系电话', body: h.changePhone, answer: h.phoneChanged }),
} as const;
