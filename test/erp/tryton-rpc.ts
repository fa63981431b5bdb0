/** What a person does in Tryton's own client: calls of its RPC as somebody else than Skuward. */
export class TrytonPerson {
  private id = 0;
  private session: string | null = null;

  constructor(
    readonly login: string,
    private readonly url: string,
    private readonly database: string,
    private readonly password: string,
  ) {}

  /** @throws Error with what Tryton said. */
  async call<T>(method: string, ...params: unknown[]): Promise<T> {
    if (this.session === null) {
      const [id, token] = await this.send<[number, string]>('common.db.login', [
        this.login,
        { password: this.password },
        'en',
      ]);
      this.session = Buffer.from(`${this.login}:${id}:${token}`).toString('base64');
    }
    return this.send<T>(method, [...params, { company: 1, language: 'en' }]);
  }

  create(model: string, values: object): Promise<number> {
    return this.call<number[]>(`model.${model}.create`, [values]).then(([id]) => id ?? 0);
  }

  write(model: string, ids: readonly number[], values: object): Promise<void> {
    return this.call(`model.${model}.write`, ids, values);
  }

  rows<T>(model: string, domain: unknown[], fields: string[]): Promise<T[]> {
    return this.call(`model.${model}.search_read`, domain, 0, null, [['id', 'ASC']], fields);
  }

  private async send<T>(method: string, params: unknown[]): Promise<T> {
    this.id += 1;
    const answer = await fetch(`${this.url}/${this.database}/`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(this.session === null ? {} : { Authorization: `Session ${this.session}` }),
      },
      body: JSON.stringify({ id: this.id, method, params }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method}: HTTP ${answer.status}`);
    const parsed: { result?: T; error?: unknown } = JSON.parse(text);
    if (parsed.error) throw new Error(`${method}: ${JSON.stringify(parsed.error).slice(0, 500)}`);
    return parsed.result as T;
  }
}

export const money = (text: string): object => ({ __class__: 'Decimal', decimal: text });

interface Variant {
  id: number;
  template: number;
  code: string | null;
  active: boolean;
}

/** Somebody who works in Tryton on single products. */
export class TrytonClerk extends TrytonPerson {
  async variants(code: string): Promise<Variant[]> {
    const domain = [
      ['code', '=', code],
      ['active', 'in', [true, false]],
    ];
    return this.rows('product.product', domain, ['template', 'code', 'active']);
  }

  async variant(code: string): Promise<Variant> {
    const [found, ...others] = await this.variants(code);
    if (!found || others.length > 0) throw new Error(`${code}: ${others.length + (found ? 1 : 0)} variants`);
    return found;
  }

  async setPrice(code: string, price: string): Promise<void> {
    await this.write('product.template', [(await this.variant(code)).template], { list_price: money(price) });
  }

  async setCost(code: string, cost: string): Promise<void> {
    await this.write('product.product', [(await this.variant(code)).id], { cost_price: money(cost) });
  }

  async rename(code: string, name: string): Promise<void> {
    await this.write('product.template', [(await this.variant(code)).template], { name });
  }

  async recode(code: string, to: string): Promise<void> {
    await this.write('product.product', [(await this.variant(code)).id], { suffix_code: to });
  }

  async archive(code: string, active = false): Promise<void> {
    const { id, template } = await this.variant(code);
    await this.write('product.template', [template], { active, products: [['write', [id], { active }]] });
  }

  async remove(code: string): Promise<void> {
    await this.call('model.product.template.delete', [(await this.variant(code)).template]);
  }

  /** What Tryton's own "Duplicate" does: the copy has no code yet. */
  async duplicate(code: string): Promise<number> {
    const [copy] = await this.call<number[]>('model.product.template.copy', [(await this.variant(code)).template]);
    return copy ?? 0;
  }

  async setComponents(code: string, lines: readonly { code: string; quantity: number }[]): Promise<void> {
    const { template } = await this.variant(code);
    const [row] = await this.rows<{ components: number[] }>(
      'product.template',
      [['id', '=', template]],
      ['components'],
    );
    const components = [];
    for (const line of lines) {
      components.push({ product: (await this.variant(line.code)).id, quantity: line.quantity, unit: 1 });
    }
    const old = row && row.components.length > 0 ? [['delete', row.components]] : [];
    await this.write('product.template', [template], { components: [...old, ['create', components]] });
  }

  /** A stock-take of the one warehouse. */
  async count(code: string, quantity: number): Promise<void> {
    const { id } = await this.variant(code);
    const location = async (type: string): Promise<number> =>
      (await this.rows<{ id: number }>('stock.location', [['type', '=', type]], ['id']))[0]?.id ?? 0;
    const move = await this.create('stock.move', {
      product: id,
      quantity,
      uom: 1,
      from_location: await location('lost_found'),
      to_location: await location('storage'),
      company: 1,
      unit_price: money('1'),
      currency: 1,
    });
    await this.call('model.stock.move.do', [move]);
  }
}
