/** Endpoints of applications (V1): a family's own, and the two levels that review them. */
import * as a from './application-schemas';
import { route } from './route';

export const applicationRoutes = {
  listReviewStreets: route({ method: 'GET', path: '/api/review-streets', audience: 'public', summary: '受理申请的街道（乡镇）', answer: a.reviewStreets }),
  createApplication: route({ method: 'POST', path: '/api/me/applications', audience: 'family', summary: '新建申请草稿', body: a.newApplication, answer: a.myApplication, idempotent: true, status: 201 }),
  listMyApplications: route({ method: 'GET', path: '/api/me/applications', audience: 'family', summary: '我家的申请', answer: a.myApplications }),
  getMyApplication: route({ method: 'GET', path: '/api/me/applications/:applicationId', audience: 'family', summary: '我家的一份申请', answer: a.myApplication }),
  saveDraft: route({ method: 'POST', path: '/api/me/applications/:applicationId/draft', audience: 'family', summary: '保存填写的内容（可以不完整）', body: a.saveDraft, answer: a.draftSaved }),
  submitApplication: route({ method: 'POST', path: '/api/me/applications/:applicationId/submission', audience: 'family', summary: '提交申请或补正', body: a.submitApplication, answer: a.submitted, idempotent: true, status: 201 }),
  withdrawApplication: route({ method: 'POST', path: '/api/me/applications/:applicationId/withdrawal', audience: 'family', summary: '撤回申请', body: a.withdrawApplication, answer: a.withdrawn }),

  searchApplications: route({ method: 'POST', path: '/api/staff/applications/search', audience: 'staff', summary: '申请待办与查询', body: a.workListQuery, answer: a.workList }),
  getApplication: route({ method: 'GET', path: '/api/staff/applications/:applicationId', audience: 'staff', summary: '一份申请（脱敏）', answer: a.staffApplication }),
  reviewApplication: route({ method: 'POST', path: '/api/staff/applications/:applicationId/reviews', audience: 'staff', summary: '初审、复审：通过、不通过或退回补正', body: a.reviewApplication, answer: a.staffApplication }),
} as const;
