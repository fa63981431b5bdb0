import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sendAlerts } from '../../src/application/alerts/send-alerts.js';
import { AlertTeller } from '../../src/jobs/alert-teller.js';
import type { AlertView } from '../../src/application/ports/alert-store.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { SlackMessenger } from '../../src/connectors/slack/slack-messenger.js';
import { groupOf } from '../../src/domain/alerts/alert.js';
import { systemPaused } from '../../src/domain/alerts/occasions.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { Answer } from '../support/slack-receiver.js';
import { SlackReceiver } from '../support/slack-receiver.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

const HTML: Answer = {
  status: 200,
  body: '<html><body>Please log in</body></html>',
  headers: { 'content-type': 'text/html' },
};

describe('sending alerts to Slack', () => {
  let world: World;
  let slack: SlackReceiver;
  let ports: Ports;

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    slack = await SlackReceiver.start();
    ports = told(slack.url);
  });

  afterAll(async () => {
    await slack.close();
    await world.close();
  });

  afterEach(async () => {
    await sql('delete from alert');
    slack.received.length = 0;
    slack.answers = [];
    world.logged.length = 0;
  });

  /** A process that sends to an address. */
  function told(url: string, timeoutMs = 10_000): Ports {
    const messenger = new SlackMessenger(url, 'https://skuward.example/', timeoutMs);
    return Object.create(world.ports, { alerting: { value: { messenger, digestAt: null, zone: 'UTC' } } }) as Ports;
  }

  const sql = (text: string, values: unknown[] = []): Promise<unknown[]> =>
    sqlOver(world.database.source).rows(text, values);
  const raise = (...pauses: string[]): Promise<number> =>
    world.ports.work.run((stores) =>
      stores.alerts.raise(pauses.map((each) => systemPaused('erp', each, `why ${each}`, null))),
    );
  const all = async (): Promise<AlertView[]> =>
    (await world.ports.alerts.alerts({ first: 250, after: null }, {})).items.map(({ node }) => node);
  const due = (): Promise<unknown[]> =>
    sql(`update alert set next_attempt_at = clock_timestamp() where state = 'WAITING'`);
  const waits = async (): Promise<number[]> =>
    (await all()).map(({ nextAttemptAt }) => Math.round(((nextAttemptAt?.getTime() ?? 0) - Date.now()) / 1_000));

  it('sends each alert in one message, though many workers send at once', async () => {
    await raise(...Array.from({ length: 20 }, (_, index) => `p${index}`));
    await Promise.all(Array.from({ length: 6 }, () => sendAlerts(ports)));
    expect(slack.received).toHaveLength(20);
    expect(new Set(slack.received.map(({ blocks }) => JSON.stringify(blocks[1]))).size).toBe(20);
    expect(
      (await all()).every(({ state, attempts, lastError }) => state === 'SENT' && attempts === 1 && lastError === null),
    ).toBe(true);
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(20);
  });

  it('tells of a message that may be there already where a worker died between sending and settling', async () => {
    await raise('a');
    const claimed = await world.ports.outbox.claim();
    if (!claimed || !ports.alerting.messenger) throw new Error('nothing to send');
    expect(await ports.alerting.messenger.send(claimed)).toEqual({ kind: 'SENT' });
    // And died: nobody else sends while the lease lasts, and afterwards it is sent again, and says so.
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(1);
    expect(slack.shown()).not.toContain('sent again');
    await sql(`update alert set lease_until = clock_timestamp() - interval '1 second'`);
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(2);
    expect(slack.shown()).toContain('sent again: it is not known whether an earlier message arrived');
    expect(slack.shown()).toContain(claimed.id);
    expect(await all()).toMatchObject([{ state: 'SENT', attempts: 2 }]);
  });

  const later: [string, Answer, RegExp, boolean][] = [
    ['a fault of Slack', { status: 500, body: 'rollup_error' }, /HTTP 500 rollup_error$/, true],
    ['an answer that does not come', 'hang', /no answer in time$/, true],
    ['a connection that breaks', 'reset', /no answer/, true],
    ['a page of somebody else', HTML, /HTTP 200, and not in its own words$/, false],
    ['an empty answer', { status: 204, body: '' }, /HTTP 204$/, false],
  ];

  it.each(later)('tries again after %s', async (_, answer, error, unsure) => {
    await raise('a');
    slack.answers = [answer];
    await sendAlerts(answer === 'hang' ? told(slack.url, 300) : ports);
    const [alert] = await all();
    expect(alert).toMatchObject({ state: 'WAITING', attempts: 1, lastError: expect.stringMatching(error) });
    expect((await waits())[0]).toBeGreaterThanOrEqual(1);
    await due();
    await sendAlerts(ports);
    expect(await all()).toMatchObject([{ state: 'SENT', attempts: 2, lastError: null }]);
    expect(slack.shown().includes('sent again')).toBe(unsure);
  });

  it('waits as long as it is asked to, and with everything', async () => {
    await raise('a', 'b', 'c');
    slack.answers = [{ status: 429, body: 'rate_limited', headers: { 'retry-after': '77' } }];
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(1);
    expect((await waits()).every((seconds) => seconds >= 75 && seconds < 200)).toBe(true);
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(1);
  });

  const closed: [string, Answer][] = [
    ['a revoked webhook', { status: 404, body: 'no_service' }],
    ['an archived channel', { status: 410, body: 'channel_is_archived' }],
    ['a token that is no good', { status: 400, body: 'invalid_token' }],
    ['an address that points elsewhere', { status: 302, body: '', headers: { location: 'http://127.0.0.1:9/x' } }],
  ];

  it.each(closed)('leaves %s alone for a quarter of an hour, and sends once it is mended', async (_, answer) => {
    await raise('a', 'b');
    slack.answers = [answer];
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(1);
    expect((await waits()).every((seconds) => seconds > 800)).toBe(true);
    expect((await all()).filter(({ lastError }) => lastError !== null)).toHaveLength(1);
    await due();
    await sendAlerts(ports);
    expect((await all()).map(({ state }) => state)).toEqual(['SENT', 'SENT']);
  });

  it('sends all that waited for a broken Slack as soon as it is mended, whatever back-off each had', async () => {
    await raise('a', 'b', 'c');
    const broken: Answer = { status: 503, body: '' };
    slack.answers = [broken, broken, broken];
    for (let run = 0; run < 3; run += 1) await sendAlerts(ports);
    await sql(`update alert set next_attempt_at = clock_timestamp() + interval '14 minutes'`);
    // Something new happens, and gets through: what failed follows in the same run.
    await raise('d');
    await sendAlerts(ports);
    expect((await all()).map(({ state }) => state)).toEqual(['SENT', 'SENT', 'SENT', 'SENT']);
  });

  it('sends what was put off for the sake of others once one of those gets through', async () => {
    await raise('a', 'b', 'c');
    slack.answers = [{ status: 404, body: 'no_service' }];
    await sendAlerts(ports);
    await sql(`update alert set next_attempt_at = clock_timestamp() where attempts > 0`);
    await sendAlerts(ports);
    expect((await all()).map(({ state }) => state)).toEqual(['SENT', 'SENT', 'SENT']);
  });

  it('leaves what it was asked to keep back alone where something new gets through', async () => {
    await raise('a', 'b');
    slack.answers = [
      { status: 429, body: 'rate_limited', headers: { 'retry-after': '77' } },
      { status: 200, body: 'ok' },
      { status: 429, body: 'rate_limited', headers: { 'retry-after': '77' } },
    ];
    await sendAlerts(ports);
    await raise('new');
    await sendAlerts(ports);
    expect((await all()).map(({ state }) => state).toSorted()).toEqual(['SENT', 'WAITING', 'WAITING']);
    expect((await waits()).filter((seconds) => seconds > 70)).toHaveLength(2);
    expect(slack.received).toHaveLength(3);
  });

  it('asks at once when a process starts, which may be how the address was mended', async () => {
    await raise('a', 'b');
    slack.answers = [{ status: 404, body: 'no_service' }];
    await sendAlerts(ports);
    await sendAlerts(ports);
    expect(slack.received).toHaveLength(1);
    slack.answers = [{ status: 404, body: 'no_service' }];
    const teller = new AlertTeller(ports);
    for (let sweep = 0; sweep < 3; sweep += 1) await teller.wake();
    // Still broken: one message has told that, and the process asks no more before its time.
    expect(slack.received).toHaveLength(2);
    await new AlertTeller(ports).wake();
    expect((await all()).map(({ state }) => state)).toEqual(['SENT', 'SENT']);
  });

  it('gives up a message that is refused at once, and any other after a day, and goes on with the next', async () => {
    await raise('a');
    await raise('b');
    slack.answers = [{ status: 400, body: 'invalid_blocks' }];
    await sendAlerts(ports);
    expect((await all()).map(({ state, lastError }) => [state, lastError])).toEqual([
      ['SENT', null],
      ['NOT_SENT', 'Slack answered HTTP 400 invalid_blocks'],
    ]);
    await raise('c');
    await sql(`update alert set patient_until = clock_timestamp() where state = 'WAITING'`);
    slack.answers = [{ status: 503, body: '' }];
    await sendAlerts(ports);
    expect(await all()).toMatchObject([{ state: 'NOT_SENT', lastError: 'Slack answered HTTP 503' }, {}, {}]);
    expect(world.logged.join()).toContain('an alert was given up');
  });

  it('says it once where nothing is configured, and keeps the alerts to be seen', async () => {
    await raise('a', 'b');
    await sendAlerts(world.ports);
    expect((await all()).map(({ state, attempts }) => [state, attempts])).toEqual([
      ['NOWHERE', 0],
      ['NOWHERE', 0],
    ]);
    expect(world.logged.filter((line) => line.includes('nowhere to go'))).toHaveLength(1);
    await sendAlerts(world.ports);
    expect(world.logged.filter((line) => line.includes('nowhere to go'))).toHaveLength(1);
  });

  it('keeps the address to itself, whatever goes wrong', async () => {
    const bad: Answer[] = [
      'hang',
      'reset',
      { status: 500, body: `verysecretpath ${slack.url}` },
      { status: 404, body: slack.url },
    ];
    for (const answer of bad) {
      await raise(`x${bad.indexOf(answer)}`);
      await due();
      slack.answers = [answer];
      await sendAlerts(told(slack.url, answer === 'hang' ? 300 : 10_000));
    }
    await due();
    const gone = await SlackReceiver.start();
    const nobody = gone.url;
    await gone.close();
    await sendAlerts(told(nobody));
    const rows = JSON.stringify([
      await sql('select * from alert'),
      await sql('select * from audit_event'),
      world.logged,
    ]);
    expect(rows).not.toContain('verysecretpath');
    expect(rows).toContain('ECONNREFUSED');
  });

  it('mentions whoever Slack knows and names the others, and lets nobody write a mention', async () => {
    const { ada, oli } = world.people;
    await sql(`update party set slack_id = 'U0ADA' where id = $1`, [ada.actor.partyId]);
    const groups = [
      groupOf(ada.actor.partyId, '1 finding', ['tea <!channel> & <http://evil.example|click>']),
      groupOf(oli.actor.partyId, '2 findings', []),
    ];
    await world.ports.work.run((stores) =>
      stores.alerts.raise([{ ...systemPaused('erp', 'm', '<@U999>', null), groups }]),
    );
    await sendAlerts(ports);
    const shown = slack.shown();
    expect(shown).toContain('<@U0ADA>: 1 finding\n• tea &lt;!channel&gt; &amp; &lt;http://evil.example|click&gt;');
    expect(shown).toContain('*oli*: 2 findings');
    expect(shown).toContain('&lt;@U999&gt;');
    expect(shown).toContain('<https://skuward.example/runbook.md#system-paused|What to do>');
  });
});
