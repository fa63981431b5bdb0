import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import type { ConfiguredSystem } from '../../src/config.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { ContractSystem } from '../connectors/contract/contract-system.js';
import type { Exchange, FaultyProxy } from '../connectors/contract/faulty-proxy.js';
import { startFaultyProxy } from '../connectors/contract/faulty-proxy.js';
import { createOf, FRESH } from '../connectors/writes.js';
import { TrytonClerk } from './tryton-rpc.js';

const run = promisify(execFile);

/** What scripts/tryton-up left behind. */
export interface RunningTryton {
  url: string;
  password: string;
  pgbin: string;
  pgport: number;
  state: string;
}

/** @throws Error that says what to do where no Tryton runs. */
export function runningTryton(state = '.erp'): RunningTryton {
  try {
    const running: RunningTryton = JSON.parse(readFileSync(`${state}/tryton.json`, 'utf8'));
    return running;
  } catch {
    throw new Error('no Tryton is there: scripts/tryton-up starts one');
  }
}

/** A database of a test's own in a running Tryton, and the people in it. */
export interface TrytonCopy {
  tryton: RunningTryton;
  database: string;
  mara: TrytonClerk;
  admin: TrytonClerk;
  proxy: FaultyProxy;
  /** How Skuward is configured for it, through the proxy. */
  config: ConfiguredSystem;
  drop(): Promise<void>;
}

const isWrite = ({ body }: Exchange): boolean => /"method":"model\.[^"]*\.(create|write|delete)"/.test(body);

let copies = 0;

export async function copyOfTryton(tryton = runningTryton()): Promise<TrytonCopy> {
  copies += 1;
  const database = `t${process.pid}_${Date.now().toString(36)}_${copies}`;
  await postgres(tryton, 'createdb', '-T', 'erp_golden', database);
  const proxy = await startFaultyProxy(tryton.url, isWrite);
  const clerk = (login: string): TrytonClerk => new TrytonClerk(login, tryton.url, database, tryton.password);
  const config: ConfiguredSystem = {
    code: 'erp',
    kind: 'ERP',
    connector: 'tryton',
    mode: 'WRITE',
    currency: 'USD',
    baseUrl: proxy.url,
    database,
    user: 'skuward',
    password: tryton.password,
    storeDomain: null,
    apiVersion: '',
    accessToken: null,
    clientId: null,
    clientSecret: null,
    previousClientSecret: null,
    publications: [],
    bundles: 'components',
    token: null,
    headRoomPercent: 0,
    concurrency: 2,
  };
  return {
    tryton,
    database,
    mara: clerk('mara'),
    admin: clerk('admin'),
    proxy,
    config,
    async drop() {
      await proxy.close();
      await postgres(tryton, 'dropdb', '--force', '--if-exists', database);
    },
  };
}

/** A command of PostgreSQL's own, at Tryton's database server. */
export async function postgres(tryton: RunningTryton, command: string, ...args: string[]): Promise<string> {
  const where = ['-h', '127.0.0.1', '-p', String(tryton.pgport), '-U', 'tryton'];
  const { stdout } = await run(`${tryton.pgbin}/${command}`, [...where, ...args]);
  return stdout.trim();
}

const STAMPED = [
  'product_product',
  'product_template',
  'product_identifier',
  'product_component',
  'customs_tariff_code',
];

/** Makes everything in a database a day older than it is, so that it is no news to anybody. */
export async function aDayLater({ tryton, database }: TrytonCopy): Promise<void> {
  const older = (column: string): string => `${column} = ${column} - interval '1 day'`;
  const tables = [...STAMPED, 'product-customs_tariff_code'];
  const text = tables
    .map((table) => `update "${table}" set ${older('create_date')}, ${older('write_date')};`)
    .join(' ');
  await postgres(tryton, 'psql', '-qd', database, '-c', text);
}

export const ITEM: FieldValues = {
  title: 'Trail Tent - Green',
  gtin: '4006381333931',
  price: '249.50',
  cost: '120.1250',
  weight: '1850.5',
  hsCode: '630622',
  countryOfOrigin: 'PT',
  unitOfMeasure: 'EA',
  lifecycle: { active: true, salable: true, purchasable: true },
  'bundle.components': [],
};

/** A real Tryton under contract. */
export async function realTryton(): Promise<ContractSystem> {
  const copy = await copyOfTryton();
  const { mara, proxy } = copy;
  const config = { ...copy.config, units: { EA: 'u' } };
  return {
    proxy,
    connect: ({ secret = config.password ?? '', concurrency = config.concurrency } = {}) =>
      buildConnectors([{ ...config, password: secret, concurrency }], () => {}).of('erp'),
    productOf: (attemptId, codes, values = ITEM) => ({
      ...FRESH,
      attemptId,
      product: { id: `p-${attemptId}`, handle: attemptId.toLowerCase(), root: null },
      writes: codes.map((code) => createOf('SKU', code, values)),
    }),
    full: ITEM,
    clearable: ['gtin', 'hsCode', 'cost', 'weight'],
    refused: { gtin: '12' },
    hands: {
      async setPrice(code, price) {
        await mara.setPrice(code, price);
        return mara.login;
      },
      remove: (code) => mara.remove(code),
      setComponents: (code, lines) => mara.setComponents(code, lines),
      count: (code, onHand) => mara.count(code, Number(onHand)),
    },
    close: () => copy.drop(),
  };
}
