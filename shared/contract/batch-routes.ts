/** Endpoints of the daily batches (G2–G5). Numbers themselves are in the publicity, the family's own place, and the public ledger. */
import * as b from './batch-schemas';
import { route } from './route';

export const batchRoutes = {
  listBatches: route({ method: 'GET', path: '/api/staff/batches', audience: 'staff', summary: '轮候顺序号批次', query: b.batchQuery, answer: b.batches }),
  listCandidates: route({ method: 'GET', path: '/api/staff/batch-candidates', audience: 'staff', summary: '等待生成轮候顺序号的家庭', query: b.candidateQuery, answer: b.candidates }),
} as const;
