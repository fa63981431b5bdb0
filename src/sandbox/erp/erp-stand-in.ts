import type { Fault } from '../fault-plan.js';
import { FaultPlan } from '../fault-plan.js';
import type { Answer, LoopbackServer, Request } from '../loopback-server.js';
import { listenOnLoopback } from '../loopback-server.js';
import { RequestJournal } from '../request-journal.js';
import { ErpControl } from './erp-control.js';
import { ErpState } from './erp-state.js';
import { ItemApi, problem } from './item-api.js';

export interface ErpSettings {
  dataDir: string | null;
  port: number;
  token: string;
}

/** The ERP behind the generic contract, and its control side, on one loopback port. */
export class ErpStandIn {
  readonly state: ErpState;
  private readonly settings: ErpSettings;
  private readonly api: ItemApi;
  private readonly control: ErpControl;
  private readonly faults = new FaultPlan();
  private readonly journal = new RequestJournal();
  private server: LoopbackServer | null = null;

  constructor(settings: ErpSettings) {
    this.settings = settings;
    this.state = new ErpState(settings.dataDir);
    this.api = new ItemApi(this.state, 'skuward');
    this.control = new ErpControl(this.state, this.journal, this.faults);
  }

  /** Answers the base URL. */
  async listen(): Promise<string> {
    this.server = await listenOnLoopback(this.settings.port, (request) => this.handle(request));
    return this.server.url;
  }

  async close(): Promise<void> {
    await this.server?.close();
    this.state.close();
  }

  private async handle(request: Request): Promise<Answer | 'hang' | 'reset'> {
    if (request.path.startsWith('/control/')) return this.control.handle(request);
    if (request.headers['authorization'] !== `Bearer ${this.settings.token}`) return unauthorized();
    const kind = request.method === 'PUT' ? 'mutation' : 'query';
    const operation = `${request.method} ${request.path}`;
    const fault = this.faults.take([operation, request.method, kind]);
    const before = this.versionAt(request);
    let answer: Answer | 'hang' | 'reset';
    if (fault?.when === 'before') answer = strike(fault);
    else {
      answer = this.api.handle(request);
      if (fault) answer = strike(fault);
    }
    const after = this.versionAt(request);
    const commits =
      before === after
        ? []
        : [{ act: before === null ? 'created' : 'updated', id: request.path.slice('/items/'.length) }];
    const status = typeof answer === 'string' ? answer : answer.status;
    this.journal.add({
      source: 'request',
      operation,
      kind,
      by: 'skuward',
      status,
      fault: fault ? `${fault.when} ${fault.kind}` : null,
      commits,
    });
    return answer;
  }

  /** Version of the item that a PUT is about: it tells whether the request committed anything. */
  private versionAt(request: Request): number | null {
    if (request.method !== 'PUT' || !request.path.startsWith('/items/')) return null;
    const code = request.path.slice('/items/'.length);
    return this.state.item(/%/.test(code) ? safeDecode(code) : code)?.version ?? null;
  }
}

function safeDecode(code: string): string {
  try {
    return decodeURIComponent(code);
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}

function unauthorized(): Answer {
  return problem(401, 'the bearer token is missing or wrong');
}

function strike(fault: Fault): Answer | 'hang' | 'reset' {
  switch (fault.kind) {
    case 'hang':
    case 'reset':
      return fault.kind;
    case '401':
      return unauthorized();
    case 'throttled':
    case '429':
      return retryLater(problem(429, 'too many requests'));
    case '503':
      return retryLater(problem(503, 'down for maintenance'));
    default:
      return problem(500, 'something broke');
  }
}

function retryLater(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
}
