import type { Fault } from '../fault-plan.js';
import type { Answer } from '../loopback-server.js';
import type { CostBucket } from './access/cost-bucket.js';
import { throttled, unauthorized } from './admin-api.js';

/** What a load balancer shows, as opposed to the API [D: shopify.md 3.1]. */
const HTML: Record<string, string> = {
  '500': '<html><body><h1>500 Internal Server Error</h1></body></html>',
  '502': '<html><body><h1>502 Bad Gateway</h1></body></html>',
  '503': '<html><body><h1>503 Service Unavailable</h1></body></html>',
  '504': '<html><body><h1>504 Gateway Timeout</h1></body></html>',
};

const REFUSED: Record<string, string> = {
  '402': 'This shop is frozen.',
  '403': 'Forbidden',
  '423': 'This shop is unavailable.',
  '430': 'Security rejection',
};

/** The answer in place of the true one, which is null when nothing was executed. */
export function struck(
  fault: Fault,
  cost: number,
  bucket: CostBucket,
  answer: Answer | 'hang' | 'reset' | null,
): Answer | 'hang' | 'reset' {
  const { kind } = fault;
  switch (kind) {
    case 'hang':
    case 'reset':
      return kind;
    case 'throttled':
      return throttled(cost, { ...bucket.current(), currentlyAvailable: 0 });
    case '401':
      return unauthorized();
    case '429':
      // Seconds, as a decimal text [D].
      return { status: 429, headers: { 'retry-after': '2.0' }, json: { errors: 'Exceeded rate limit' } };
    case 'truncated': {
      const whole = answer !== null && typeof answer !== 'string' ? answer : { status: 200, json: { data: {} } };
      return { ...whole, isCut: true };
    }
    case '402':
    case '403':
    case '423':
    case '430':
      return { status: Number(kind), json: { errors: REFUSED[kind] } };
    default:
      return { status: Number(kind), headers: { 'content-type': 'text/html' }, text: HTML[kind] ?? '' };
  }
}
