import type { Dice } from '../../world/dice.js';
import type { Api } from '../api.js';

type SystemCode = 'shopify' | 'erp';

/** A value that somebody typed in a system, behind the master's back; no two are alike, so its loss cannot hide. */
export interface StaffEdit {
  cell: string;
  system: SystemCode;
  value: string;
  /** Just before the system was asked, by the clock of the machine. */
  at: number;
}

/** Those who work in the systems, and what goes wrong with these. */
export class Staff {
  readonly edits: StaffEdit[] = [];
  /** `SYSTEM CODE` of what they deleted. */
  readonly deleted = new Set<string>();
  faults = 0;

  constructor(
    private readonly api: Api,
    private readonly dice: Dice,
    private readonly codes: readonly string[],
    private readonly handles: readonly string[],
  ) {}

  /** One thing that somebody does somewhere. */
  async act(): Promise<void> {
    const what = this.dice.weighted([
      { weight: 6, value: 'price' as const },
      { weight: 2, value: 'title' as const },
      { weight: 0.5, value: 'delete' as const },
      { weight: 3, value: 'fault' as const },
    ]);
    const system = this.dice.pick<SystemCode>(['shopify', 'erp']);
    if (what === 'fault') return this.fault(system);
    if (what === 'delete') return this.remove(system, this.dice.pick(this.codes));
    const number = this.edits.length + 1;
    if (what === 'price') {
      const value = `${5_000 + number}.50`;
      const code = this.dice.pick(this.codes);
      const body = system === 'shopify' ? { sku: code, set: { price: value } } : { code, set: { listPrice: value } };
      return this.edit({ cell: `${system} price ${code}`, system, value, at: Date.now() }, code, body);
    }
    const value = `Staff ${number}`;
    if (system === 'shopify') {
      const handle = this.dice.pick(this.handles);
      const body = { handle, set: { title: value } };
      return this.edit({ cell: `shopify product.title ${handle}`, system, value, at: Date.now() }, handle, body);
    }
    const code = this.dice.pick(this.codes);
    const body = { code, set: { name: value } };
    return this.edit({ cell: `erp title ${code}`, system, value, at: Date.now() }, code, body);
  }

  private async edit(edit: StaffEdit, target: string, body: object): Promise<void> {
    // What is gone cannot be edited.
    if (this.deleted.has(`${edit.system} ${target}`)) return;
    this.edits.push(edit);
    await this.heard(edit.system, 'edit', { as: { kind: 'staff', name: 'Sam' }, ...body });
  }

  private async remove(system: SystemCode, code: string): Promise<void> {
    // The first of a product stays, so that no product goes with its last variant.
    if (code.endsWith('-0') || this.deleted.has(`${system} ${code}`)) return;
    this.deleted.add(`${system} ${code}`);
    await this.heard(system, 'delete', system === 'shopify' ? { sku: code } : { code });
  }

  /** After a commit most of all: the answer is what is lost, and the write is there. */
  private async fault(system: SystemCode): Promise<void> {
    // One at a time, or the breaker would keep everybody out instead.
    const { pending } = await this.heard<{ pending: object[] }>(system, 'faults');
    if (pending.length > 0) return;
    const match = system === 'shopify' ? 'mutation' : 'PUT';
    const fault = this.dice.weighted([
      { weight: 4, value: { when: 'after', kind: 'reset', match } },
      { weight: 2, value: { when: 'after', kind: '500', match } },
      { weight: 1, value: { when: 'after', kind: 'hang', match } },
      { weight: 1, value: { when: 'before', kind: 'reset', match } },
      { weight: 1, value: { when: 'before', kind: '503' } },
      { weight: 1, value: { when: 'before', kind: system === 'shopify' ? 'throttled' : '429' } },
    ]);
    this.faults += 1;
    await this.heard(system, 'faults', { next: [fault] });
  }

  /** A connection that was kept may end just as it is used again; what is asked here may be asked twice. */
  private heard<T>(system: SystemCode, path: string, body?: object): Promise<T> {
    return this.api.control<T>(system, path, body).catch((error: unknown) => {
      if (!String(error).includes('fetch failed')) throw error;
      return this.api.control<T>(system, path, body);
    });
  }
}
