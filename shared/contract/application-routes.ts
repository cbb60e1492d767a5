/** Endpoints of applications (V1): a family's own, and the two levels that review them. */
import * as a from './application-schemas';
import { route } from './route';
import { accepted } from './schemas';

/** Bytes one file may have. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

export const applicationRoutes = {
  listReviewStreets: route({ method: 'GET', path: '/api/review-streets', audience: 'public', summary: '受理申请的街道（乡镇）', answer: a.reviewStreets }),
  listPriorityCategories: route({ method: 'GET', path: '/api/priority-categories', audience: 'public', summary: '申请时可选的优先类别', answer: a.priorityCategories }),
  createApplication: route({ method: 'POST', path: '/api/me/applications', audience: 'family', summary: '新建申请草稿', body: a.newApplication, answer: a.myApplication, idempotent: true, status: 201 }),
  listMyApplications: route({ method: 'GET', path: '/api/me/applications', audience: 'family', summary: '我家的申请', answer: a.myApplications }),
  getMyApplication: route({ method: 'GET', path: '/api/me/applications/:applicationId', audience: 'family', summary: '我家的一份申请', answer: a.myApplication }),
  saveDraft: route({ method: 'POST', path: '/api/me/applications/:applicationId/draft', audience: 'family', summary: '保存填写的内容（可以不完整）', body: a.saveDraft, answer: a.draftSaved }),
  submitApplication: route({ method: 'POST', path: '/api/me/applications/:applicationId/submission', audience: 'family', summary: '提交申请或补正', body: a.submitApplication, answer: a.submitted, idempotent: true, status: 201 }),
  withdrawApplication: route({ method: 'POST', path: '/api/me/applications/:applicationId/withdrawal', audience: 'family', summary: '撤回申请', body: a.withdrawApplication, answer: a.withdrawn }),
  uploadAttachment: route({ method: 'POST', path: '/api/me/applications/:applicationId/attachments', audience: 'family', summary: '上传附件（PDF、JPG、PNG）', answer: a.attachment, uploadBytes: MAX_FILE_BYTES, status: 201 }),
  removeAttachment: route({ method: 'POST', path: '/api/me/attachments/:attachmentId/removal', audience: 'family', summary: '删除附件', body: a.removeAttachment, answer: accepted }),
  downloadMyAttachment: route({ method: 'GET', path: '/api/me/attachments/:attachmentId', audience: 'family', summary: '下载自己的附件', answer: a.file, download: true }),
  downloadAttachment: route({ method: 'GET', path: '/api/staff/attachments/:attachmentId', audience: 'staff', summary: '下载附件（记入操作日志）', answer: a.file, download: true }),

  searchApplications: route({ method: 'POST', path: '/api/staff/applications/search', audience: 'staff', summary: '申请待办与查询', body: a.workListQuery, answer: a.workList }),
  countApplications: route({ method: 'POST', path: '/api/staff/applications/counts', audience: 'staff', summary: '待办数量：即将到期、逾期、搁置', body: a.workCountQuery, answer: a.workCounts }),
  getApplication: route({ method: 'GET', path: '/api/staff/applications/:applicationId', audience: 'staff', summary: '一份申请（脱敏）', answer: a.staffApplication }),
  receiveSocialAssistance: route({ method: 'POST', path: '/api/exchange/social-assistance/applications', audience: 'gateway', summary: '接收社会救助一件事推送的申请', body: a.socialAssistanceCase, answer: a.caseReceived, status: 201 }),
  reviewApplication: route({ method: 'POST', path: '/api/staff/applications/:applicationId/reviews', audience: 'staff', summary: '初审、复审：通过、不通过或退回补正', body: a.reviewApplication, answer: a.staffApplication }),
} as const;
