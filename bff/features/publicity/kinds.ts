/** Every kind of publicity, from the features that own them. */
import type { PublicityKinds } from './publicity';

export const publicityKinds: PublicityKinds = {};
