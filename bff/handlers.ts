/** Every endpoint's handler: the one place where the features come together. */
import type { SocialAssistance } from './adapters/social-assistance/social-assistance';
import type { VirusScanner } from './adapters/virus-scan/virus-scan';
import { tenancyHandlers } from './features/allocations/tenancy-handlers';
import { allocationHandlers } from './features/allocations/handlers';
import { exchangeHandlers } from './features/applications/exchange-handlers';
import { applicationHandlers } from './features/applications/handlers';
import { reviewHandlers } from './features/applications/staff-handlers';
import { assignmentHandlers } from './features/assignments/handlers';
import { attachmentHandlers } from './features/attachments/handlers';
import { batchHandlers } from './features/batch/handlers';
import { calendarHandlers } from './features/calendar/handlers';
import { contactHandlers } from './features/contact/handlers';
import { exportHandlers } from './features/exports/handlers';
import { familyHandlers } from './features/family/handlers';
import { forecastHandlers } from './features/forecast/handlers';
import { householdHandlers } from './features/households/handlers';
import { ledgerHandlers } from './features/ledger/handlers';
import { ledgerSearchHandlers } from './features/ledger/search';
import { listingPoolHandlers } from './features/listing-pool/handlers';
import { listingHandlers } from './features/listings/handlers';
import { liveHandlers } from './features/live/handlers';
import { publicityHandlers } from './features/publicity/handlers';
import { ruleSetHandlers } from './features/rule-sets/handlers';
import { sealHandlers } from './features/seals/handlers';
import { rankingHandlers } from './features/ranking/handlers';
import { selectionHandlers } from './features/selection/handlers';
import { signInHandlers } from './features/sign-in/handlers';
import { staffHandlers } from './features/staff/handlers';
import { standingHandlers } from './features/standing/handlers';
import { swapHandlers } from './features/swaps/handlers';
import { timelineHandlers } from './features/timeline/handlers';
import { transferHandlers } from './features/transfers/handlers';
import { waitingHandlers } from './features/waiting/handlers';
import { staffWaitingHandlers } from './features/waiting/staff-handlers';
import type { Exporter } from './features/exports/exporter';
import type { FileVault } from './features/attachments/vault';
import type { LiveBoard } from './features/live/board';
import type { Handlers } from './http/request';
import type { Kernel } from './kernel';

export interface HandlerParts {
  readonly kernel: Kernel;
  readonly board: LiveBoard;
  readonly exporter: Exporter;
  /** Null where no partner system is configured. */
  readonly exchange: Pick<SocialAssistance, 'verify'> | null;
  readonly vault: FileVault;
  readonly scanner: VirusScanner;
  readonly verifySmsReceipt: Parameters<typeof contactHandlers>[1];
  /** Cuts what else hangs on a session, such as its sockets. */
  readonly onSessionEnded: (sessionId: string) => void;
  /** The demonstration's own; null outside one. */
  readonly demo: Handlers | null;
}

export function composeHandlers({ kernel, board, exporter, exchange, vault, scanner, verifySmsReceipt, onSessionEnded, demo }: HandlerParts): Handlers {
  return {
    health: async () => ({ status: 'ok', store: kernel.store.kind, version: '1', serverNowMs: kernel.clock.now(), demo: demo !== null }),
    ...liveHandlers(board), ...selectionHandlers(kernel, board), ...rankingHandlers(kernel), ...listingHandlers(kernel), ...ledgerHandlers(kernel), ...ledgerSearchHandlers(kernel), ...sealHandlers(kernel), ...exportHandlers(kernel, exporter), ...signInHandlers(kernel, onSessionEnded),
    ...familyHandlers(kernel), ...timelineHandlers(kernel), ...forecastHandlers(kernel), ...applicationHandlers(kernel), ...reviewHandlers(kernel), ...householdHandlers(kernel, onSessionEnded), ...exchangeHandlers(kernel, exchange), ...attachmentHandlers(kernel, vault, scanner), ...publicityHandlers(kernel),
    ...listingPoolHandlers(kernel), ...allocationHandlers(kernel), ...tenancyHandlers(kernel), ...transferHandlers(kernel), ...swapHandlers(kernel), ...assignmentHandlers(kernel), ...calendarHandlers(kernel), ...batchHandlers(kernel),
    ...waitingHandlers(kernel), ...staffWaitingHandlers(kernel), ...standingHandlers(kernel), ...ruleSetHandlers(kernel), ...staffHandlers(kernel), ...contactHandlers(kernel, verifySmsReceipt), ...(demo ?? {}),
  };
}
