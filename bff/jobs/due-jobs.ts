/** Every feature's due job, in the order they run: what makes families eligible before what numbers them, and so on. */
import { dueApplications } from '../features/applications/due-applications';
import { dailyBatch } from '../features/batch/daily-batch';
import { dueAllocations } from '../features/allocations/due-allocations';
import { dailyForecasts } from '../features/forecast/daily-forecasts';
import { duePublicities } from '../features/publicity/due-publicities';
import { sealDays } from '../features/seals/seal-days';
import { askForContacts } from '../features/waiting/contact-freshness';
import { lapseMisses } from '../features/waiting/misses';
import type { DueJob } from './due-job';

export const dueJobs: readonly DueJob[] = [dueApplications, duePublicities, dueAllocations, lapseMisses, dailyBatch, askForContacts, sealDays, dailyForecasts];
