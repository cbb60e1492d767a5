/** Endpoints of the working-day calendar (T3). */
import * as c from './calendar-schemas';
import { route } from './route';

export const calendarRoutes = {
  listCalendarYears: route({ method: 'GET', path: '/api/staff/calendar-years', audience: 'staff', summary: '已录入的节假日安排', answer: c.calendarYears }),
  getCalendarYear: route({ method: 'GET', path: '/api/staff/calendar-years/:year', audience: 'staff', summary: '某年的节假日安排', answer: c.calendarYear }),
  replaceCalendarYear: route({ method: 'POST', path: '/api/staff/calendar-years/:year', audience: 'staff', summary: '录入或修改某年的节假日安排', body: c.replaceCalendarYear, answer: c.calendarYear }),
} as const;
