/** Endpoints about a number's place in the queue: its past and its future (W5). */
import * as p from './place-schemas';
import { route } from './route';

export const placeRoutes = {
  getMyTimeline: route({ method: 'GET', path: '/api/me/tickets/:ticketId/timeline', audience: 'family', summary: '我家的位次为什么变化', query: p.timelineQuery, answer: p.timeline }),
  getTicketTimeline: route({ method: 'GET', path: '/api/staff/tickets/:ticketId/timeline', audience: 'staff', summary: '某个顺序号的位次为什么变化', query: p.timelineQuery, answer: p.timeline }),
} as const;
