import type {
  AskedValidation,
  RequestValidations,
  ValidationPhase,
} from '../../application/ports/request-validations.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** A runner tells of itself every second; one that is silent for so long is dead. */
const CLAIM_SECONDS = 30;

/** Validations of one transaction. */
export class SqlRequestValidations implements RequestValidations {
  constructor(private readonly sql: Sql) {}

  async ask({ requestId, actor, submit, changes }: Omit<AskedValidation, 'attempts'>): Promise<void> {
    await this.sql.rows(
      `insert into request_validation as v (change_request_id, actor, submit, total) values ($1, $2, $3, $4 * 2)
       on conflict (change_request_id) do update set actor = excluded.actor, submit = excluded.submit, total = excluded.total,
         phase = 'WAITING', done = 0, attempts = 0, runner = null, runner_until = null, asked_at = clock_timestamp(),
         finished_at = null`,
      [requestId, JSON.stringify(actor), submit, changes],
    );
  }

  claim(runner: string): Promise<AskedValidation | null> {
    return firstRow<AskedValidation>(
      this.sql,
      `update request_validation v set runner = $1, attempts = attempts + 1, phase = 'CHECKING', done = 0,
         runner_until = clock_timestamp() + make_interval(secs => $2)
       where change_request_id = (
         select change_request_id from request_validation
         where finished_at is null and (runner_until is null or runner_until < clock_timestamp())
         order by asked_at, change_request_id limit 1 for update skip locked)
       returning change_request_id as "requestId", actor, submit, total / 2 as changes, attempts`,
      [runner, CLAIM_SECONDS],
    );
  }

  async tell(requestId: string, runner: string, phase: ValidationPhase, done: number): Promise<boolean> {
    const held = await this.sql.rows(
      `update request_validation set phase = $3, done = $4, runner_until = clock_timestamp() + make_interval(secs => $5)
       where change_request_id = $1 and runner = $2 and finished_at is null returning change_request_id`,
      [requestId, runner, phase, done, CLAIM_SECONDS],
    );
    return held.length > 0;
  }

  async finish(requestId: string, runner: string): Promise<boolean> {
    const ended = await this.sql.rows(
      `update request_validation set phase = 'DONE', done = total, finished_at = clock_timestamp(), runner = null,
         runner_until = null
       where change_request_id = $1 and runner = $2 and finished_at is null returning change_request_id`,
      [requestId, runner],
    );
    return ended.length > 0;
  }

  async stop(requestId: string): Promise<void> {
    await this.sql.rows(
      `update request_validation set phase = 'STOPPED', finished_at = clock_timestamp(), runner = null, runner_until = null
       where change_request_id = $1 and finished_at is null`,
      [requestId],
    );
  }
}
