/** Every feature's due job, in the order they run: what makes families eligible before what numbers them, and so on. */
import { duePublicities } from '../features/publicity/due-publicities';
import { sealDays } from '../features/seals/seal-days';
import type { DueJob } from './due-job';

export const dueJobs: readonly DueJob[] = [duePublicities, sealDays];
