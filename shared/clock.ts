/** The one clock everything is told the time by (T1). A demo or a test may travel in time; production may not. */
export interface Clock {
  /** Now, in epoch milliseconds. */
  now(): number;
}
