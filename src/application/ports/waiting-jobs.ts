/** A queue in which something waits for a worker. */
export interface WaitingQueue {
  queue: string;
  /** Until the first of it may begin, in milliseconds; 0: it may by now. */
  inMs: number;
}

/** Which of our own tables have something whose time has come. */
export interface DueWork {
  /** Scheduled requests that are to be applied, or that a freeze window held. */
  requests: boolean;
  /** Versions of bundles that are to take effect. */
  versions: boolean;
  /** Requests that are to be checked, or are being checked. */
  validations: boolean;
  /** Scans that nobody runs, whose process was lost perhaps. */
  scans: boolean;
  /** Waivers that are over, and findings that the matrix heals or that somebody wants off sale. */
  findings: boolean;
  /** Pauses whose time is over. */
  pauses: boolean;
  /** Deliveries that a hold put off that has ended since. */
  refused: boolean;
  /** Canaries that may go on, stop or end. */
  canaries: boolean;
  /** Webhooks in the inbox. */
  webhooks: boolean;
}

/** What waits to be done, whoever was told of it. */
export interface WaitingJobs {
  /** Asked for nothing but whether to look closer: what it says may be somebody else's already. */
  due(): Promise<DueWork>;
  /** Queues with jobs that nobody has taken and that may begin within so long. */
  within(milliseconds: number): Promise<WaitingQueue[]>;
}
