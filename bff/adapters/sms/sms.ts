/**
 * The port to a short-message gateway. A turn's clock starts when its message was accepted here (T5), and
 * is proven by the delivery receipt the gateway calls back with (Q8).
 */

export interface SmsMessage {
  /** Eleven digits, mainland China. */
  readonly phone: string;
  /** The whole text, signature prefix included. */
  readonly text: string;
  /**
   * The gateway's idempotency key (1–128 characters). Sending again with the same key and phone never reaches
   * the person twice: it answers with the first acceptance, whatever the text says by then.
   */
  readonly key: string;
}

export type SmsOutcome =
  | {
      readonly kind: 'accepted';
      /** What the delivery receipt will name. */
      readonly gatewayId: string;
      /** When the gateway took the message over, epoch ms, if it says so. */
      readonly acceptedAtMs?: number;
    }
  | {
      readonly kind: 'rejected';
      /** For staff and logs; never holds the phone number or the text. */
      readonly reason: string;
      /** True when sending the same again cannot help (wrong number, refused text). */
      readonly permanent: boolean;
    };

/** Header names in lower case, as `http.IncomingHttpHeaders` gives them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface SmsGateway {
  /**
   * Hands a message over. Time-outs, network errors and overload come back as a rejection that is not
   * permanent: the message may then have been accepted all the same, so try again with the same key.
   * Throws only on a bug.
   */
  send(message: SmsMessage): Promise<SmsOutcome>;
  /** Whether a callback really comes from the gateway, and now. Check it before parsing the body. Never throws. */
  verifyReceipt(headers: Headers, rawBody: string | Buffer): boolean;
}
