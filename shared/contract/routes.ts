/**
 * The route table: every endpoint once. The server registers handlers against it (and refuses to start when one
 * is missing), clients take paths and types from it, `GET /openapi.json` is generated from it. One file a
 * feature; this one only puts them together.
 */
import type * as z from 'zod/mini';
import { ruleRoutes } from './rules-routes';
import { applicationRoutes } from './application-routes';
import { householdRoutes } from './household-routes';
import { batchRoutes } from './batch-routes';
import { tenancyRoutes } from './tenancy-routes';
import { transferRoutes } from './transfer-routes';
import { allocationRoutes } from './allocation-routes';
import { calendarRoutes } from './calendar-routes';
import { listingPoolRoutes } from './listing-pool-routes';
import { placeRoutes } from './place-routes';
import { publicityRoutes } from './publicity-routes';
import { rankingRoutes } from './ranking-routes';
import { selectionRoutes } from './selection-routes';
import { standingRoutes } from './standing-routes';
import { supervisionRoutes } from './supervision-routes';
import { waitingRoutes } from './waiting-routes';

export type { Audience, Route } from './route';

export const routes = {
  ...selectionRoutes,
  ...rankingRoutes,
  ...applicationRoutes,
  ...householdRoutes,
  ...placeRoutes,
  ...publicityRoutes,
  ...listingPoolRoutes,
  ...allocationRoutes,
  ...transferRoutes,
  ...tenancyRoutes,
  ...calendarRoutes,
  ...ruleRoutes,
  ...supervisionRoutes,
  ...batchRoutes,
  ...waitingRoutes,
  ...standingRoutes,
} as const;

export type RouteName = keyof typeof routes;
export type AnswerOf<N extends RouteName> = z.infer<(typeof routes)[N]['answer']>;
export type BodyOf<N extends RouteName> = (typeof routes)[N] extends { body: infer B extends z.ZodMiniType } ? z.infer<B> : undefined;
export type QueryOf<N extends RouteName> = (typeof routes)[N] extends { query: infer Q extends z.ZodMiniObject } ? z.infer<Q> : undefined;
