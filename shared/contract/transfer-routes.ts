/** Endpoints of transfers, swaps and assignment lists. */
import { route } from './route';
import * as t from './transfer-schemas';

export const transferRoutes = {
  listMyTransfers: route({ method: 'GET', path: '/api/me/transfers', audience: 'family', summary: '我家的房屋调整申请', answer: t.myTransfers }),
  requestTransfer: route({ method: 'POST', path: '/api/me/transfers', audience: 'family', summary: '申请房屋调整', body: t.requestTransfer, answer: t.myTransfer, status: 201 }),
  withdrawTransfer: route({ method: 'POST', path: '/api/me/transfers/:transferId/withdrawal', audience: 'family', summary: '撤回房屋调整申请', body: t.withdrawTransfer, answer: t.myTransfer }),
  listTransfers: route({ method: 'GET', path: '/api/staff/transfers', audience: 'staff', summary: '房屋调整申请列表', query: t.transferQuery, answer: t.staffTransfers }),
  actOnTransfer: route({ method: 'POST', path: '/api/staff/transfers/:transferId/acts', audience: 'staff', summary: '房屋调整审核与签约', body: t.transferAct, answer: t.staffTransfer }),
  assignHomes: route({ method: 'POST', path: '/api/staff/transfer-assignments', audience: 'staff', summary: '调房房源划拨（一人一房，可批量）', body: t.assignHomes, answer: t.assigned }),

  exportTransfers: route({ method: 'GET', path: '/api/staff/transfer-assignments/export', audience: 'staff', summary: '导出调房划拨清单（Excel，记入操作日志）', query: t.exportTransfersQuery, answer: t.exported, download: true }),

  matchSwap: route({ method: 'POST', path: '/api/staff/swaps', audience: 'staff', summary: '登记换房配对', body: t.matchSwap, answer: t.swap, status: 201 }),
  listSwaps: route({ method: 'GET', path: '/api/staff/swaps', audience: 'staff', summary: '换房查询（验房状态、是否已签合同）', query: t.swapQuery, answer: t.swaps }),
  actOnSwap: route({ method: 'POST', path: '/api/staff/swaps/:swapId/acts', audience: 'staff', summary: '换房审核、验房与签约', body: t.swapAct, answer: t.swap }),

  exportAssignable: route({ method: 'POST', path: '/api/staff/assignment-lists/export', audience: 'staff', summary: '导出选房人员清单（Excel，记入操作日志）', body: t.searchAssignable, answer: t.exported, download: true }),
  searchAssignable: route({ method: 'POST', path: '/api/staff/assignment-lists/search', audience: 'staff', summary: '选房人员筛选（划拨清单）', body: t.searchAssignable, answer: t.assignableList }),
} as const;
