/** Queues of pg-boss. Each job only says "look": what is to be done stands in our own tables. */
export const QUEUES = {
  /** { system }: deliveries of a system are due. */
  deliver: 'deliver',
  /** { system }: the inbox of a system has something. */
  webhook: 'webhook',
  /** { scanId } */
  scan: 'scan',
  /** { system }: its full scan is due; sent by the clock. */
  scanClock: 'scan-clock',
  /** { importId } */
  import: 'import',
  /** {}: every ERP is asked for its stock; sent by the clock. */
  stock: 'stock',
  /** { at }: a version of a bundle is to take effect. */
  bundle: 'bundle',
  /** { at }: a scheduled change request is to be applied. */
  request: 'request',
  /** { at }: a waiver of findings ends, or something that is found is to be looked after. */
  finding: 'finding',
  /** {}: a large change request is to be checked and planned. */
  validation: 'validation',
} as const;

export const QUEUE_NAMES: string[] = Object.values(QUEUES);
