/** Endpoints of tenancies. */
import { route } from './route';
import * as t from './tenancy-schemas';

export const tenancyRoutes = {
  registerTenancy: route({ method: 'POST', path: '/api/staff/tenancies', audience: 'staff', summary: '登记系统上线前已入住的承租家庭', body: t.registerTenancy, answer: t.tenancy, idempotent: true, status: 201 }),
  listTenancies: route({ method: 'GET', path: '/api/staff/tenancies', audience: 'staff', summary: '正在承租的家庭', query: t.tenancyQuery, answer: t.tenancies }),
} as const;
