/** Endpoints of ranked picks (Q9), by families and at service windows (Q10). */
import * as r from './ranking-schemas';
import { route } from './route';

export const rankingRoutes = {
  getMyRanking: route({ method: 'GET', path: '/api/me/tickets/:ticketId/ranking', audience: 'family', summary: '我家的房源排序与代选同意', answer: r.ranking }),
  rankHomes: route({ method: 'POST', path: '/api/me/tickets/:ticketId/ranking', audience: 'family', summary: '给房源排序', body: r.rankHomes, answer: r.ranking, idempotent: true }),
  agreeToRanking: route({ method: 'POST', path: '/api/me/tickets/:ticketId/ranking/agreement', audience: 'family', summary: '同意到时按排序代选', body: r.agreeToRanking, answer: r.ranking, idempotent: true, status: 201 }),
  revokeRanking: route({ method: 'POST', path: '/api/me/tickets/:ticketId/ranking/revocation', audience: 'family', summary: '撤销代选同意', body: r.revokeRanking, answer: r.ranking, idempotent: true }),
  rankForFamily: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/ranking', audience: 'staff', summary: '窗口协助登记排序与代选同意', body: r.assistedRanking, answer: r.ranking, idempotent: true, status: 201 }),
  revokeForFamily: route({ method: 'POST', path: '/api/staff/tickets/:ticketId/ranking/revocation', audience: 'staff', summary: '窗口协助撤销代选同意', body: r.assistedRevocation, answer: r.ranking, idempotent: true }),
} as const;
