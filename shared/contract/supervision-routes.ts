/** Endpoints of supervision: what anyone can check (S2), and what inspectors take away (S1). */
import * as z from 'zod/mini';
import { route } from './route';
import * as s from './supervision-schemas';

export const supervisionRoutes = {
  listSeals: route({ method: 'GET', path: '/api/seals', audience: 'public', summary: '公开台账日封存目录', query: s.sealQuery, answer: s.sealPage }),
  getSeal: route({ method: 'GET', path: '/api/seals/:day', audience: 'public', summary: '某一日的台账封存', answer: s.seal }),
  getEntryProof: route({ method: 'GET', path: '/api/ledger/:stream/:seq/proof', audience: 'public', summary: '公开台账记录的封存证明', answer: s.entryProof }),
  listRules: route({ method: 'GET', path: '/api/rules', audience: 'public', summary: '各版选房规则中判定次序与时长所需的数', answer: s.publicRules }),

  searchLedger: route({ method: 'GET', path: '/api/staff/ledger', audience: 'staff', summary: '查询全部操作日志', query: s.ledgerSearch, answer: s.ledgerFound }),

  requestExport: route({ method: 'POST', path: '/api/staff/exports', audience: 'staff', summary: '发起数据导出', body: s.requestExport, answer: s.exportView, idempotent: true, status: 202 }),
  listExports: route({ method: 'GET', path: '/api/staff/exports', audience: 'staff', summary: '数据导出记录', query: s.exportQuery, answer: s.exportPage }),
  getExport: route({ method: 'GET', path: '/api/staff/exports/:exportId', audience: 'staff', summary: '数据导出进度', answer: s.exportView }),
  downloadExport: route({ method: 'GET', path: '/api/staff/exports/:exportId/files/:name', audience: 'staff', summary: '下载导出文件', answer: z.string(), download: true }),
} as const;
