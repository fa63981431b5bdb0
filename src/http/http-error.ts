import { HttpException } from '@nestjs/common';
import type { AssignmentFault } from '../application/ownership/assign-owners.js';
import type { Problem, ProblemCode } from '../domain/problem.js';

/** What every refused HTTP call answers: a code of the closed list (docs/errors.md) or of HTTP, and a sentence. */
export interface ErrorBody {
  error: { code: string; message: string };
}

const STATUS: Partial<Record<ProblemCode, number>> = { NOT_FOUND: 404, TOO_LONG: 413 };

/** An answer with a code; the first argument is the HTTP status. */
export function httpError(status: number, code: string, message: string): HttpException {
  return new HttpException({ error: { code, message } } satisfies ErrorBody, status);
}

/** Why a verb refused, as an HTTP answer: the first problem's code, and every problem's sentence. */
export function refusal(problems: readonly Problem[]): HttpException {
  const code = problems[0]?.code ?? 'INVALID_FORMAT';
  return httpError(STATUS[code] ?? 400, code, problems.map(({ message }) => message).join('; '));
}

/** What a refused file answers: every row that is wrong, as far as a person reads, and how many there are. */
export interface RefusedRows extends ErrorBody {
  errors: readonly AssignmentFault[];
  errorCount: number;
}

/** Why nothing of a file was taken; the first fault's code stands for all. */
export function refusedRows(errors: readonly AssignmentFault[], errorCount: number): HttpException {
  const code = errors[0]?.code ?? 'INVALID_FORMAT';
  const rows = errorCount === 1 ? errors[0]?.message : `${errorCount} faults`;
  const error = { code, message: `nothing was set: ${rows}` };
  return new HttpException({ error, errors, errorCount } satisfies RefusedRows, code === 'TOO_LONG' ? 413 : 400);
}
