import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Caller } from '../../src/domain/actor.js';
import { systemActor } from '../../src/domain/actor.js';
import type { ChangeSet } from '../../src/domain/change/draft.js';
import type { GovernedSystem } from '../../src/domain/publishing/system.js';
import type { Backend } from './backend.js';
import { Dice } from './dice.js';
import { brokenRules } from './invariants.js';
import { Ledger } from './ledger.js';
import { Machines } from './machines.js';
import { MasterLog } from './master-log.js';
import { TwoOpen } from './memory/tables.js';
import { People } from './people.js';
import type { Ground } from './processes.js';
import { receiving, scanning, takeUpScans } from './processes.js';
import { Died, Scheduler } from './scheduler.js';
import { healing } from './healing.js';
import type { Act, Story, SystemCode } from './story.js';
import { ERP, SHOP, MATRICES } from './story.js';
import { ErpConnector } from './systems/erp-connector.js';
import { ShopConnector } from './systems/shop-connector.js';
import { SimulatedSystem } from './systems/simulated-system.js';
import { Wire } from './systems/wire.js';
import type { Violation } from './watch.js';
import { Watch } from './watch.js';

export const SYSTEMS: readonly GovernedSystem[] = [
  { code: SHOP, kind: 'SHOPIFY', connector: 'shopify', mode: 'WRITE', currency: 'USD', link: 'UNLINKED' },
  { code: ERP, kind: 'ERP', connector: 'http', mode: 'WRITE', currency: 'USD', link: 'UNLINKED' },
];

/** Steps after which a world that has not come to rest never will. */
const MOST_STEPS = 20_000;
const SCANNER: Caller = { actor: systemActor('world'), roles: ['OPERATOR'] };

/** How a story went. */
export interface Verdict {
  violations: Violation[];
  /** What happened, line by line. */
  lines: string[];
  /** Edits of staff lost in the one round trip that a system without tokens leaves. */
  lostInWindow: number;
  steps: number;
}

/** The master's processes, two systems and the messages between them, in one order that the dice say. */
export class World {
  private readonly dice: Dice;
  private readonly scheduler: Scheduler;
  private readonly log = new MasterLog();
  private readonly ledger = new Ledger();
  private readonly lines: string[] = [];
  private readonly violations: Violation[] = [];
  private readonly systems: Record<SystemCode, SimulatedSystem>;
  private readonly watches: Record<SystemCode, Watch>;
  private readonly wires: Record<SystemCode, Wire>;
  private readonly people: People;
  private readonly ground: Ground;
  /** Roots that webhooks on their way name. */
  private mail: string[] = [];
  private readonly machines: Machines;
  private webhooks: ('LOST' | 'DOUBLED')[] = [];
  private steps = 0;
  /** When waivers end. */
  private waivers: number[] = [];

  constructor(
    private readonly backend: Backend,
    private readonly story: Story,
  ) {
    this.dice = new Dice(story.schedule ^ 0x5eed);
    this.scheduler = new Scheduler(this.dice);
    const tell = (line: string): void => this.tell(line);
    const make = <T>(of: (code: SystemCode) => T): Record<SystemCode, T> => ({ shop: of(SHOP), erp: of(ERP) });
    this.watches = make((code) => new Watch(code, code === ERP, backend, this.log));
    this.wires = make(() => new Wire(this.scheduler, this.dice, tell));
    this.systems = make(
      (code) =>
        new SimulatedSystem(
          code,
          code === SHOP ? 'SHOPIFY' : 'ERP',
          () => this.scheduler.now,
          this.watches[code],
          (rootId) => this.changed(code, rootId),
        ),
    );
    this.machines = new Machines(this.scheduler, backend, () => this.ground);
    this.people = new People(backend, this.systems, tell);
    const now = (): number => this.scheduler.now;
    this.ground = {
      backend,
      scheduler: this.scheduler,
      dice: this.dice,
      connector: (system, process, reads) =>
        system === SHOP
          ? new ShopConnector(this.systems.shop, this.wires.shop, process, reads, now)
          : new ErpConnector(this.systems.erp, this.wires.erp, process, reads, now),
      owed: (recordIds) => {
        this.ledger.owed(recordIds);
        this.machines.wakeLanes();
      },
      broken: (error) => this.broken('no store fails', String(error)),
      tell,
      rules: MATRICES[story.matrix] ?? [],
      healing: { heal: (system) => this.heal(system) },
    };
  }

  /** Plays the story, lets everything come to rest, scans, and holds what is there against the rules. */
  async play(): Promise<Verdict> {
    try {
      await this.begin();
      const left = [...this.story.acts];
      while (left.length > 0 && this.isSound()) {
        if (this.dice.chance(0.15) || !(await this.step())) await this.act(left.shift());
      }
      await this.comeToRest();
    } catch (error) {
      const isDoubled = error instanceof TwoOpen;
      this.broken(
        isDoubled ? 'a record has one open delivery at most' : 'nothing fails',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
    }
    const lostInWindow = this.watches.shop.lostInWindow + this.watches.erp.lostInWindow;
    const verdict = { violations: this.found(), lines: [...this.lines], lostInWindow, steps: this.steps };
    await this.scheduler.end();
    return verdict;
  }

  private found(): Violation[] {
    const landed = [this.watches.shop.violation, this.watches.erp.violation].flatMap((each) => each ?? []);
    return [...landed, ...this.violations];
  }

  private isSound(): boolean {
    return this.found().length === 0;
  }

  private broken(rule: string, what: string): void {
    this.violations.push({ rule, what });
  }

  private tell(line: string): void {
    const time = new Date(this.scheduler.now).toISOString().slice(11, 23);
    this.lines.push(`${time}  ${line}`);
  }

  /** Both systems are filled with what a baseline took over, scanned, and so linked. */
  private async begin(): Promise<void> {
    await this.tick(1);
    await this.people.settleIn(this.story.products, this.story.skusEach);
    await this.note();
    await this.scanBoth();
    this.mail = [];
    this.lines.length = 0;
  }

  private async comeToRest(): Promise<void> {
    for (const wire of Object.values(this.wires)) wire.troubles.length = 0;
    this.webhooks = [];
    this.tell('from here on nothing goes wrong any more');
    await this.rest();
    // A scan whose machine crashed is taken up where it stands, as the sweep of a worker does once its lease has run out.
    await takeUpScans(this.ground, this.machines.up()[0] ?? 0);
    await this.rest();
    if (this.isSound()) await this.scanBoth();
    if (!this.isSound()) return;
    const governed = await this.backend.systems();
    const pairs = governed.map((each) => ({ governed: each, simulated: this.systems[each.code as SystemCode] }));
    const ignored = this.ground.rules.flatMap(({ field, onDrift }) => (onDrift === 'IGNORE' ? [field] : []));
    this.violations.push(...brokenRules(await this.backend.inspect(), pairs, this.ledger, ignored));
  }

  private async scanBoth(): Promise<void> {
    for (const code of [SHOP, ERP] as const) await this.scan(code);
    await this.rest();
  }

  /** Goes on until nothing is left to happen. */
  private async rest(): Promise<void> {
    while (this.isSound()) {
      if (await this.step()) continue;
      await this.tend();
      await this.machines.sweep();
      if (this.machines.startable().length > 0) continue;
      const soonest = [
        this.scheduler.next(),
        await this.backend.nextDue(),
        ...this.machines.restarts(),
        ...this.waivers,
      ];
      const times = soonest.filter((each) => each !== null);
      if (times.length === 0) return;
      await this.tick(Math.max(1, Math.min(...times) - this.scheduler.now));
    }
  }

  private async tick(milliseconds: number): Promise<void> {
    await this.scheduler.advance(milliseconds);
    await this.backend.setTime(this.scheduler.now);
    this.machines.restart();
  }

  /** One thing happens. @returns false when there was nothing that could. */
  private async step(): Promise<boolean> {
    this.steps += 1;
    if (this.steps > MOST_STEPS) {
      this.broken('everything comes to rest', `not after ${MOST_STEPS} steps`);
      return false;
    }
    await this.tick(this.scheduler.stepMs());
    if (this.dice.chance(0.01)) {
      await this.tend();
      await this.machines.sweep();
    }
    const choices: { weight: number; value: () => Promise<void> }[] = this.scheduler
      .runnable()
      .map((process) => ({ weight: 4, value: () => process.step(this.scheduler.now) }));
    for (const begin of this.machines.startable()) choices.push({ weight: 2, value: begin });
    if (this.mail.length > 0 && this.machines.up().length > 0) choices.push({ weight: 2, value: () => this.deliver() });
    if (choices.length === 0) return false;
    await this.dice.weighted(choices)();
    this.scheduler.sweep();
    return true;
  }

  private changed(code: SystemCode, rootId: string): void {
    if (code !== SHOP) return;
    const fate = this.webhooks.shift();
    if (fate === 'LOST') return;
    this.mail.push(rootId);
    if (fate === 'DOUBLED') this.mail.push(rootId);
  }

  /** Any webhook on its way arrives: they overtake each other. One whose receiver dies is sent once more. */
  private async deliver(): Promise<void> {
    const index = this.dice.below(this.mail.length);
    const [rootId = ''] = this.mail.splice(index, 1);
    const machine = this.dice.pick(this.machines.up());
    await this.scheduler.spawn(machine, `worker ${machine + 1} webhooks`, async (process) => {
      try {
        await receiving(this.ground, process, SHOP, rootId);
        this.machines.wakeInbox();
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        this.mail.push(rootId);
      }
    });
  }

  private async scan(system: SystemCode): Promise<void> {
    const { scans, observations } = this.backend;
    const outcome = await startScan(
      { scans, observations, newId: () => this.backend.newId(), connectors: { find: () => ({}) } },
      SCANNER,
      system,
      'FULL',
    );
    const [machine] = this.machines.up();
    if (!outcome.ok) return;
    const { id } = outcome.value;
    await this.scheduler.spawn(machine ?? 0, `scan of ${system}`, (process) => scanning(this.ground, process, id));
  }

  private async note(): Promise<void> {
    const { products, skus } = await this.backend.present();
    this.log.note(products, skus, SYSTEMS);
  }

  /** What the matrix does by itself. */
  private async heal(system: string): Promise<void> {
    await healing(this.backend, this.people, system, async ({ owed, set }) => {
      if (owed !== null) this.ground.owed([owed]);
      await this.written(set);
    });
  }

  /** What a worker's sweep does about findings: waivers end, and what a crash kept from being healed is. */
  private async tend(): Promise<void> {
    await this.backend.transact(({ findings }) => findings.endWaivers(100));
    for (const system of [SHOP, ERP]) await this.heal(system);
    this.waivers = this.waivers.filter((at) => at > this.scheduler.now);
  }

  /** What the desk wrote is owed, and somebody is woken. */
  private async written(set: ChangeSet | null): Promise<void> {
    if (!set) return;
    const seen = await this.backend.present();
    this.log.note(seen.products, seen.skus, SYSTEMS);
    this.ledger.applied(set, seen, SYSTEMS);
    this.machines.wakeLanes();
  }

  private async act(act: Act | undefined): Promise<void> {
    await this.tick(1);
    switch (act?.do) {
      case 'EDIT':
      case 'CREATE':
      case 'TRANSITION':
        return this.written(await this.people.change(act));
      case 'ADOPT':
        return this.written(await this.people.adopt(act.which));
      case 'REVERT': {
        const record = await this.people.revert(act.which);
        if (record !== null) this.ground.owed([record]);
        return;
      }
      case 'WAIVE': {
        const until = await this.people.waive(act.which, this.scheduler.now + act.seconds * 1_000);
        if (until !== null) this.waivers.push(until);
        return;
      }
      case 'RETRY':
        await this.people.retryAll();
        return this.machines.wakeLanes();
      case 'STAFF_EDIT':
        return this.people.staffEdits(act.system, act.which, act.field);
      case 'STAFF_DELETE':
        return this.people.staffDeletes(act.system, act.which);
      case 'TROUBLE':
        for (let time = 0; time < act.times; time += 1) {
          this.wires[act.system].troubles.push({ on: act.on, trouble: act.trouble });
        }
        return;
      case 'CRASH':
        this.tell(`machine ${act.machine + 1} crashes, and is back in ${act.seconds} s`);
        return this.machines.crash(act.machine, act.seconds * 1_000);
      case 'PAUSE':
        this.tell(`machine ${act.machine + 1} stands still for ${act.seconds} s`);
        return this.scheduler.pause(act.machine, act.seconds * 1_000);
      case 'SCAN':
        return this.machines.up().length > 0 ? this.scan(act.system) : undefined;
      case 'LOSE_WEBHOOK':
      case 'DOUBLE_WEBHOOK':
        this.webhooks.push(act.do === 'LOSE_WEBHOOK' ? 'LOST' : 'DOUBLED');
        return;
      case 'WAIT':
        this.tell(`${act.seconds} s pass`);
        return this.tick(act.seconds * 1_000);
      default:
    }
  }
}
