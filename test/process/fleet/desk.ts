import type { Dice } from '../../world/dice.js';
import { Api } from '../api.js';
import type { Site } from '../site.js';
import { until } from '../site.js';
import { catalogue, patiently } from './catalogue.js';
import { ADMIN_KEY } from './fleet.js';

/**
 * Staff edit all the while, and whoever approved is asked again where a finding has come up meanwhile that the request would
 * end: on a busy machine it takes several rounds until one comes between two edits.
 */
const PATIENCE_SECONDS = 300;
const IMPORT_SECONDS = 300;

interface UserErrors {
  userErrors: { message: string }[];
}

/** A request that somebody was told is applied, and the deliveries that it owes: `SYSTEM TARGET`. */
export interface Applied {
  id: string;
  owes: string[];
}

/** The people at the master: they import, propose and approve through the API, and ask again when it does not answer. */
export class Desk {
  readonly applied: Applied[] = [];
  private readonly changes = new Map<string, number>();
  private waves = 0;

  private constructor(
    readonly api: Api,
    private readonly dice: Dice,
    private readonly codes: readonly string[],
    private readonly handles: readonly string[],
  ) {}

  /** People, the catalogue in the master and in both systems, and all three linked. */
  static async open(site: Site, dice: Dice, skus: number): Promise<Desk> {
    const { codes, handles, csv } = catalogue(skus);
    const admin = new Api(site, new Map([['ADMIN', ADMIN_KEY]]));
    const [mia, ada] = [await person(admin, 'mia', 'MERCHANDISER'), await person(admin, 'ada', 'APPROVER')];
    await admin.graphql(
      'ADMIN',
      'mutation { ownershipRuleSet(input: { scope: DEFAULT, owner: "ada" }) { userErrors { message } } }',
    );
    const keys = new Map(Object.entries({ ADMIN: ADMIN_KEY, MERCHANDISER: mia, APPROVER: ada }));
    for (const port of [site.port + 10, site.port + 20]) await post(`http://127.0.0.1:${port}/control/fill`, csv, {});
    const api = new Api(site, keys);
    await post(`${site.url}/imports?format=shopify-csv&mode=baseline`, csv, api.headers('ADMIN'));
    await until('the import', IMPORT_SECONDS, async () => {
      const { skus: seen } = await api.graphql<{ skus: { totalCount: number } }>(
        'ADMIN',
        '{ skus(first: 1) { totalCount } }',
      );
      return seen.totalCount === skus;
    });
    await api.untilLinked();
    return new Desk(api, dice, codes, handles);
  }

  /** One request over so many SKUs, each with a price that it never had; every tenth has a new title, too. */
  async wave(skus: number): Promise<void> {
    this.waves += 1;
    const codes = new Set<string>();
    while (codes.size < skus) codes.add(this.dice.pick(this.codes));
    const handles = new Set(Array.from({ length: Math.ceil(skus / 25) }, () => this.dice.pick(this.handles)));
    const changed = [...codes].map((code, at) => {
      const turn = (this.changes.get(code) ?? 0) + 1;
      this.changes.set(code, turn);
      // Never a price that it had before, so that the order of what a system shows can be told from the values.
      const fields = { price: `${100 + turn}.${String(at % 100).padStart(2, '0')}` };
      return { skuUpdate: { code, fields: at % 10 === 0 ? { ...fields, title: `${code} no. ${turn}` } : fields } };
    });
    const titled = [...handles].map((handle) => ({ productUpdate: { handle, title: `Tea of wave ${this.waves}` } }));
    const owes = [...[...codes].flatMap(both), ...[...handles].map((handle) => `shopify ${handle}`)];
    await this.apply([...changed, ...titled], owes);
  }

  /** A new product: first what is known of it, which no system hears of, then all of it, on its way to be sold. */
  async launch(): Promise<string> {
    const handle = `nova-${this.waves}`;
    const codes = ['A', 'B'].map((size) => `NOVA-${this.waves}-${size}`);
    const skus = codes.map((code) => {
      const optionValues = [{ name: 'Size', value: code.slice(-1) }];
      return { skuCreate: { code, product: handle, fields: { title: code, price: '9.00', optionValues } } };
    });
    await this.apply([{ productCreate: { handle, title: `Nova ${this.waves}`, optionNames: ['Size'] } }, ...skus], []);
    const owes = [...codes.flatMap(both), `shopify ${handle}`];
    await this.apply(
      codes.map((code) => ({ skuTransition: { code, to: 'PRELAUNCH' } })),
      owes,
    );
    return handle;
  }

  /** Proposed, approved and heard of; whatever is not answered is asked again, under the key of the first time. */
  private async apply(changes: object[], owes: string[]): Promise<void> {
    const key = `wave-${this.waves}-${this.applied.length}`;
    const id = await patiently('a proposal', PATIENCE_SECONDS, () => this.propose(changes, key));
    await patiently('an approval', PATIENCE_SECONDS, async () => {
      const { changeRequest } = await this.api.graphql<{ changeRequest: { state: string } }>(
        'ADMIN',
        'query ($id: ID!) { changeRequest(id: $id) { state } }',
        { id },
      );
      const state = changeRequest.state === 'APPLIED' ? 'APPLIED' : await this.api.approve(id);
      if (state !== 'APPLIED') throw new Error(`it is ${state}`);
    });
    this.applied.push({ id, owes });
  }

  private async propose(changes: object[], idempotencyKey: string): Promise<string> {
    const { changeRequestCreate: made } = await this.api.graphql<{
      changeRequestCreate: UserErrors & { changeRequest: { id: string; state: string } | null };
    }>(
      'MERCHANDISER',
      `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) {
         changeRequest { id state } userErrors { message } } }`,
      { input: { title: idempotencyKey, changes, idempotencyKey } },
    );
    if (!made.changeRequest) throw new Error(made.userErrors.map(({ message }) => message).join('; '));
    return made.changeRequest.id;
  }
}

function both(code: string): string[] {
  return [`shopify ${code}`, `erp ${code}`];
}

async function person(admin: Api, code: string, role: string): Promise<string> {
  await admin.graphql(
    'ADMIN',
    'mutation ($input: PartyInput!) { partySet(input: $input) { userErrors { message } } }',
    { input: { code, kind: 'USER', name: code } },
  );
  const { apiKeyCreate } = await admin.graphql<{ apiKeyCreate: UserErrors & { secret: string | null } }>(
    'ADMIN',
    `mutation ($code: String!, $roles: [Role!]!) { apiKeyCreate(name: $code, party: $code, roles: $roles) {
       secret userErrors { message } } }`,
    { code, roles: [role] },
  );
  if (apiKeyCreate.secret === null) throw new Error(JSON.stringify(apiKeyCreate.userErrors));
  return apiKeyCreate.secret;
}

async function post(url: string, csv: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: csv });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}
