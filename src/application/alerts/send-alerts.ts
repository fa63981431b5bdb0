import { alertBackOff, CLOSED_SECONDS } from '../../domain/alerts/alert.js';
import type { AlertOutcome, ClaimedAlert } from '../ports/alert-store.js';
import type { Messenger, Sending } from '../ports/messenger.js';
import type { Ports } from '../ports/ports.js';

/** Messages of one run. Slack takes about one a second of a webhook; a run every ten seconds stays below that. */
const AT_ONCE = 8;

/** Whether to go on with the next alert: where the channel itself is in the way, it would meet the same. */
type Next = 'GO_ON' | 'STOP';

/**
 * A process that starts may have been started because the channel was mended, and does not wait to see whether it was: what others
 * put off is tried at once. One message is enough to learn that nothing has changed.
 */
export async function takeUpAlerts({ alerting, outbox }: Pick<Ports, 'alerting' | 'outbox'>): Promise<void> {
  if (alerting.messenger !== null) await outbox.letGo(true);
}

/**
 * Sends what the outbox holds, each alert under a lease and in one message. Workers may run it side by side. What is not
 * sent stays in the outbox with the reason beside it; nothing is sent twice but where a process died, or an answer was lost,
 * between sending and settling: then the second message says so. Once one gets through, what waited for a broken channel waits no longer.
 */
export async function sendAlerts(ports: Ports, isStopping: () => boolean = () => false): Promise<void> {
  const { messenger } = ports.alerting;
  if (messenger === null) {
    const alerts = await ports.outbox.nowhere();
    if (alerts > 0) ports.log('warn', 'alerts have nowhere to go: SLACK_WEBHOOK_URL is not set', { alerts });
    return;
  }
  for (let sent = 0; sent < AT_ONCE && !isStopping(); sent += 1) {
    const alert = await ports.outbox.claim();
    if (!alert || (await sendOne(ports, messenger, alert)) === 'STOP') return;
  }
}

async function sendOne(ports: Ports, messenger: Messenger, alert: ClaimedAlert): Promise<Next> {
  const sending = await messenger.send(alert);
  const outcome = outcomeOf(ports, alert, sending);
  const told = { alert: alert.id, kind: alert.kind, attempts: alert.attempts };
  if (sending.kind !== 'SENT') {
    const level = outcome.kind === 'NOT_SENT' ? 'error' : 'warn';
    ports.log(level, outcome.kind === 'NOT_SENT' ? 'an alert was given up' : 'an alert could not be sent', {
      ...told,
      error: sending.error,
    });
  }
  if (!(await ports.outbox.settle(alert, outcome))) ports.log('warn', 'the lease on an alert was gone', told);
  // One that failed before and gets through: the channel is mended, and what waits has nothing left to wait for. Of one that is new
  // that cannot be said of what was asked to wait, only of what failed.
  if (sending.kind === 'SENT') await ports.outbox.letGo(alert.attempts > 1);
  if (sending.kind === 'CLOSED') await ports.outbox.putOffAll(CLOSED_SECONDS);
  if (sending.kind === 'LATER' && sending.seconds !== null && outcome.kind === 'AGAIN')
    await ports.outbox.putOffAll(outcome.seconds);
  return sending.kind === 'SENT' || sending.kind === 'REFUSED' ? 'GO_ON' : 'STOP';
}

function outcomeOf(ports: Ports, alert: ClaimedAlert, sending: Sending): AlertOutcome {
  switch (sending.kind) {
    case 'SENT':
      return { kind: 'SENT' };
    case 'REFUSED':
      return { kind: 'NOT_SENT', error: sending.error };
    case 'CLOSED':
      if (alert.isLast) return { kind: 'NOT_SENT', error: sending.error };
      return { kind: 'AGAIN', seconds: CLOSED_SECONDS, error: sending.error, unsure: false };
    case 'LATER': {
      const { error, unsure } = sending;
      if (alert.isLast) return { kind: 'NOT_SENT', error };
      const seconds = alertBackOff(alert.attempts, sending.seconds, ports.random());
      return { kind: 'AGAIN', seconds, error, unsure };
    }
  }
}
