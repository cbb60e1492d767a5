/** Endpoints of allocations and move-ins. */
import * as a from './allocation-schemas';
import { route } from './route';

export const allocationRoutes = {
  listMyAllocations: route({ method: 'GET', path: '/api/me/allocations', audience: 'family', summary: '我家的配租进展', answer: a.myAllocations }),
  downloadNotice: route({ method: 'POST', path: '/api/me/allocations/:allocationId/notice-downloads', audience: 'family', summary: '下载配租通知单', answer: a.notice }),
  giveUpAllocation: route({ method: 'POST', path: '/api/me/allocations/:allocationId/give-up', audience: 'family', summary: '放弃选定的住房', body: a.giveUp, answer: a.myAllocation }),

  listAllocations: route({ method: 'GET', path: '/api/staff/allocations', audience: 'staff', summary: '配租查询', query: a.allocationQuery, answer: a.staffAllocations }),
  actOnAllocation: route({ method: 'POST', path: '/api/staff/allocations/:allocationId/acts', audience: 'staff', summary: '入住核验、签约、疑点上报与认定、放弃、取消与恢复', body: a.allocationAct, answer: a.staffAllocation }),
  listStalledAllocations: route({ method: 'GET', path: '/api/staff/allocations/stalled', audience: 'staff', summary: '搁置的疑点、异议、未送达和待补录', query: a.stalledQuery, answer: a.stalledMatters }),
  listMoveInBatches: route({ method: 'GET', path: '/api/staff/move-in-batches', audience: 'staff', summary: '入住批次', query: a.moveInQuery, answer: a.moveInBatches }),
  getMoveInBatch: route({ method: 'GET', path: '/api/staff/move-in-batches/:batchId/allocations', audience: 'staff', summary: '入住批次中的家庭', query: a.moveInPageQuery, answer: a.staffAllocations }),
} as const;
