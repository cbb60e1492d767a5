/** The public board: every lane and its live view. */
import { refuse, type Handlers } from '../../http/request';
import type { LiveBoard } from './board';

export function liveHandlers(board: LiveBoard): Handlers {
  return {
    listLanes: async () => ({ lanes: await board.lanes() }),
    getLive: async ({ params }) => (await board.view(params['laneId'] ?? '')) ?? refuse('NOT_FOUND'),
  };
}
