import { expect, it } from '@jest/globals';
import type { Claim } from '../../src/application/ports/publishing-queue.js';
import type { Contact } from '../../src/domain/publishing/gate.js';
import type { Bench } from './contract-kit.js';
import { DELIVERED, onBoth, retryOf } from './contract-kit.js';
import { ERP, SHOP } from './story.js';

/** Whatever is claimed next fails, and is due again at once; what that says of the system. */
async function fails(bench: Bench, contact: Contact, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await bench.settle(await bench.claim(ERP), retryOf('TRANSIENT'), { contact });
  }
}

async function claimOrNull(bench: Bench): Promise<Claim | null> {
  await bench.pass(0.01);
  const claim = await bench.backend.queue.claim(ERP);
  await bench.pass(0.01);
  return claim;
}

onBoth('what holds a system', (bench) => {
  it('is a breaker after ten failures one after another, and one claim goes to see every 30 s', async () => {
    await bench().price('11.00');
    await fails(bench(), 'TRANSIENT', 9);
    expect((await bench().backend.due()).lanes).toContain(ERP);
    await fails(bench(), 'TRANSIENT');
    const opened = (await bench().now()).getTime();
    expect(await claimOrNull(bench())).toBeNull();
    expect((await bench().backend.due()).lanes).toEqual([SHOP]);
    expect((await bench().claim(SHOP)).deliveries).toHaveLength(1);
    const next = (await bench().backend.nextDue()) ?? 0;
    expect(Math.abs(next - opened - 30_000)).toBeLessThan(1_000);
    await bench().pass(31);
    expect((await bench().backend.due()).lanes).toEqual([ERP]);
    const probe = await bench().claim(ERP);
    expect(probe.deliveries).toHaveLength(1);
    await bench().settle(probe, retryOf('TRANSIENT'), { contact: 'TRANSIENT' });
    expect(await claimOrNull(bench())).toBeNull();
    await bench().pass(31);
    await fails(bench(), 'REACHED');
    await fails(bench(), 'TRANSIENT', 9);
    await bench().settle(await bench().claim(ERP), DELIVERED, { contact: 'REACHED' });
    expect(await bench().states(ERP)).toEqual(['DELIVERED r2']);
  });

  it('is a key that it refuses, from the first time on, and tried every five minutes', async () => {
    await bench().price('11.00');
    await fails(bench(), 'AUTH');
    await bench().pass(290);
    expect(await claimOrNull(bench())).toBeNull();
    await bench().pass(11);
    await fails(bench(), 'AUTH');
    await bench().pass(290);
    expect(await claimOrNull(bench())).toBeNull();
    await bench().pass(11);
    await fails(bench(), 'REACHED');
    expect(await claimOrNull(bench())).not.toBeNull();
  });

  it('puts off what was refused, and lets go of it when it ends', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), retryOf('AUTH', 300), { contact: 'AUTH' });
    const { queue } = bench().backend;
    await bench().pass(1);
    await queue.heard(ERP, 'REACHED', await bench().now());
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 2 }]);
  });

  it('leaves its own time to what was put off for something else', async () => {
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), retryOf('RATE_LIMITED', 300), { contact: 'AUTH' });
    const { queue } = bench().backend;
    await bench().pass(1);
    await queue.heard(ERP, 'REACHED', await bench().now());
    expect(await claimOrNull(bench())).toBeNull();
  });

  it('ends by what is heard of it otherwise, but by nothing that was begun before', async () => {
    const { queue } = bench().backend;
    await bench().price('11.00');
    const before = await bench().now();
    await bench().pass(1);
    await queue.heard(ERP, 'AUTH', before);
    await queue.heard(ERP, 'REACHED', before);
    expect(await claimOrNull(bench())).toBeNull();
    await queue.heard(ERP, 'REACHED', await bench().now());
    expect(await claimOrNull(bench())).not.toBeNull();
  });

  it('is not ended by a look at the system while something is owed: one delivery goes at once, and sees', async () => {
    const { queue } = bench().backend;
    await bench().price('11.00');
    await bench().settle(await bench().claim(ERP), retryOf('AUTH', 300), { contact: 'AUTH' });
    const before = await bench().now();
    await bench().pass(1);
    await queue.heard(ERP, 'READ', new Date(before.getTime() - 60_000));
    expect(await claimOrNull(bench())).toBeNull();
    await queue.heard(ERP, 'READ', await bench().now());
    await bench().settle(await bench().claim(ERP), retryOf('AUTH', 300), { contact: 'AUTH' });
    await bench().pass(200);
    expect(await claimOrNull(bench())).toBeNull();
    await queue.heard(ERP, 'READ', await bench().now());
    await bench().settle(await bench().claim(ERP), DELIVERED, { contact: 'REACHED' });
    expect(await bench().states(ERP)).toEqual(['DELIVERED r2']);
    await bench().price('12.00');
    expect(await claimOrNull(bench())).not.toBeNull();
  });

  it('is ended by a look where nothing is owed, for nobody else would hear of it', async () => {
    const { queue } = bench().backend;
    await queue.heard(ERP, 'AUTH', await bench().now());
    await bench().pass(1);
    await queue.heard(ERP, 'READ', await bench().now());
    await bench().price('11.00');
    expect(await claimOrNull(bench())).not.toBeNull();
  });

  it('makes no delivery older', async () => {
    const { queue } = bench().backend;
    await bench().price('11.00');
    await bench().pass(1_800);
    await queue.heard(ERP, 'AUTH', await bench().now());
    for (let failures = 0; failures < 10; failures += 1) await queue.heard(ERP, 'TRANSIENT', await bench().now());
    await bench().pass(7_200);
    await queue.heard(ERP, 'REACHED', await bench().now());
    await bench().pass(1_800);
    expect((await bench().claim(ERP)).deliveries[0]?.unpausedHours).toBeCloseTo(1, 2);
  });

  it('is nothing where a settlement says nothing of it', async () => {
    await bench().price('11.00');
    for (let time = 0; time < 12; time += 1) await bench().settle(await bench().claim(ERP), retryOf('TRANSIENT'));
    expect((await bench().claim(ERP)).deliveries).toMatchObject([{ attempts: 13 }]);
  });
});
