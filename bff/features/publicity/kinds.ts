/** Every kind of publicity, from the features that own them. */
import { firstReviewKind, secondReviewKind } from '../applications/publicities';
import { numbersPublicity } from '../batch/numbers-publicity';
import { continuationPublicity } from '../waiting/continuation-publicity';
import { resultPublicity } from '../allocations/result-publicity';
import type { PublicityKinds } from './publicity';

export const publicityKinds: PublicityKinds = { result: resultPublicity, firstReview: firstReviewKind, secondReview: secondReviewKind, numbers: numbersPublicity, continuation: continuationPublicity };
