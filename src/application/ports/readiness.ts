/** How a process stands, in a shape that may be shown to anybody. */
export interface ReadinessReport {
  ready: boolean;
  /** For each part how it stands, in a word or a sentence without secrets. */
  parts: Record<string, string>;
}

/**
 * Whether this process can do its work now. A class, so that it can be its own injection token: the porch knows which
 * parts a process has, and whoever answers health checks only asks.
 */
export abstract class Readiness {
  /**
   * Asks every part that this process needs (the database, its worker where it has one). Never throws: a part that
   * does not answer is one that is down.
   */
  abstract check(): Promise<ReadinessReport>;
}
