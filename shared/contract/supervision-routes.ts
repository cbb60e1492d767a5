/** Endpoints of supervision: what anyone can check (S2), and what inspectors take away (S1). */
import { route } from './route';
import * as s from './supervision-schemas';

export const supervisionRoutes = {
  listSeals: route({ method: 'GET', path: '/api/seals', audience: 'public', summary: '公开台账日封存目录', query: s.sealQuery, answer: s.sealPage }),
  getSeal: route({ method: 'GET', path: '/api/seals/:day', audience: 'public', summary: '某一日的台账封存', answer: s.seal }),
  getEntryProof: route({ method: 'GET', path: '/api/ledger/:stream/:seq/proof', audience: 'public', summary: '公开台账记录的封存证明', answer: s.entryProof }),
} as const;
