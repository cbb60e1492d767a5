/** W5: when a family's turn may come, with the past accuracy of such answers; or why there is no answer. Reads what the night wrote. */
import { forecastText, type ForecastFacts } from '../../../shared/forecast-words';
import { addDays, dayOf } from '../../../shared/shanghai-time';
import type { Forecast } from '../../../shared/contract/place-schemas';
import { judgeRecord } from '../../domain/forecast/track-record';
import { refuse, type ApiRequest, type Caller, type Handlers, type Refusal } from '../../http/request';
import type { Kernel } from '../../kernel';
import type { Household, LaneForecast, Ticket } from '../../store/collections';
import type { Tx } from '../../store/port';
import { mayActForHousehold } from '../selection/policy';
import { ticketFor } from '../timeline/handlers';
import { ownerOf, standpointAt, standpointOf } from '../timeline/walk';
import { maySeeHousehold } from '../waiting/policy';

export function forecastHandlers(kernel: Kernel): Handlers {
  const forecast = ({ caller, params }: ApiRequest<'getMyForecast' | 'getTicketForecast'>, may: (caller: Caller, household: Household) => boolean) => kernel.store.read(async (tx): Promise<Forecast | Refusal> => {
    const ticket = await ticketFor(tx, caller, params['ticketId'] ?? '', may);
    if (ticket === null) return refuse('NOT_FOUND');
    return answerOf(tx, kernel, ticket);
  });
  return {
    getMyForecast: (request) => forecast(request, mayActForHousehold),
    getTicketForecast: (request) => forecast(request, maySeeHousehold),
  };
}

async function answerOf(tx: Tx, kernel: Kernel, ticket: Ticket): Promise<Forecast> {
  const none = (state: Extract<ForecastFacts['state'], 'notEnoughHistory' | 'notWaiting' | 'laneNotOpen' | 'beingPrepared' | 'notYetToday'>) => ({ state, text: forecastText({ state }) });
  if (ticket.state !== 'queued') return none('notWaiting');
  const lane = await tx.lanes.get(ticket.laneId);
  if (lane?.state !== 'open') return none('laneNotOpen');
  const night = await tx.laneForecasts.get(lane.id);
  if (night === null) return none('notEnoughHistory');
  const verdict = judgeRecord(night, { cases: night.laneCases, hits: night.laneHits }, { cases: night.cityCases, hits: night.cityHits }, kernel.rules().values);
  if (verdict.state === 'notEnoughHistory') return none(verdict.state);
  const { record } = verdict;
  if (verdict.state === 'notAccurateEnough') return { state: verdict.state, record, text: forecastText({ state: verdict.state, record }) };
  if (night.day !== dayOf(kernel.clock.now())) return none('beingPrepared');
  const place = await placeThen(tx, ticket, night);
  return place === null ? none('notYetToday') : rangeAt(night, place, record);
}

/** The place it had when the ranges were made: everybody reads the same ranges all day, however far the lane has got since. */
async function placeThen(tx: Tx, ticket: Ticket, night: LaneForecast): Promise<number | null> {
  const now = await standpointOf(tx, ticket);
  const then = now === null ? null : await standpointAt(tx, ticket.laneId, ownerOf(ticket), now, night.seq);
  return then === null ? null : then.ahead - (night.hasTurn ? 1 : 0);
}

function rangeAt(night: LaneForecast, place: number, record: Extract<Forecast, { state: 'range' }>['record']): Forecast {
  const { day: asOfDay, horizonDays, percent } = night;
  const [earliest, latest] = [night.earliest[place], night.latest[place]];
  if (earliest === undefined || latest === undefined || latest === null) {
    const facts = { state: 'farOff' as const, horizonDays, isUnlikely: earliest === undefined, record };
    return { ...facts, asOfDay, text: forecastText(facts) };
  }
  const facts = { state: 'range' as const, asOfDay, earliestDay: addDays(asOfDay, earliest), latestDay: addDays(asOfDay, latest), record };
  return { ...facts, percent, text: forecastText(facts) };
}
