/** Endpoints about a number's place in the queue: its past and its future (W5). */
import * as p from './place-schemas';
import { route } from './route';

export const placeRoutes = {
  getMyTimeline: route({ method: 'GET', path: '/api/me/tickets/:ticketId/timeline', audience: 'family', summary: '我家的位次为什么变化', query: p.timelineQuery, answer: p.timeline }),
  getMyForecast: route({ method: 'GET', path: '/api/me/tickets/:ticketId/forecast', audience: 'family', summary: '大约什么时候轮到我家', answer: p.forecast }),
  getTicketTimeline: route({ method: 'GET', path: '/api/staff/tickets/:ticketId/timeline', audience: 'staff', summary: '某个顺序号的位次为什么变化', query: p.timelineQuery, answer: p.timeline }),
  getTicketForecast: route({ method: 'GET', path: '/api/staff/tickets/:ticketId/forecast', audience: 'staff', summary: '大约什么时候轮到某个顺序号', answer: p.forecast }),
} as const;
