/** Endpoints of publicities: anyone reads them, a signed-in person objects, the district decides. */
import { route } from './route';
import * as p from './publicity-schemas';
import { accepted } from './schemas';

export const publicityRoutes = {
  listPublicities: route({ method: 'GET', path: '/api/publicities', audience: 'public', summary: '公示列表', query: p.publicityQuery, answer: p.publicityList }),
  getPublicity: route({ method: 'GET', path: '/api/publicities/:publicityId', audience: 'public', summary: '公示内容', query: p.publicityPageQuery, answer: p.publicityPage }),
  raiseObjection: route({ method: 'POST', path: '/api/publicities/:publicityId/objections', audience: 'family', summary: '提出异议', body: p.raiseObjection, answer: p.objectionRaised, status: 201 }),
  listMyObjections: route({ method: 'GET', path: '/api/me/objections', audience: 'family', summary: '我提出的异议和答复', query: p.myObjectionQuery, answer: p.myObjections }),
  listObjections: route({ method: 'GET', path: '/api/staff/objections', audience: 'staff', summary: '异议列表', query: p.objectionQuery, answer: p.objectionList }),
  decideObjection: route({ method: 'POST', path: '/api/staff/objections/:objectionId/decision', audience: 'staff', summary: '答复并认定异议', body: p.decideObjection, answer: accepted }),
} as const;
