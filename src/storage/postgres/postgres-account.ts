import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Under which account PostgreSQL runs. Null: our own. PostgreSQL refuses to run as root, so root lends it another. */
export type PostgresAccount = { uid: number; gid: number } | null;

const ACCOUNT = 'postgres';

/** The account for this process, created on the machine when we are root and there is none. */
export async function postgresAccount(): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return null;
  const found = await lookUp();
  if (found) return found;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT]);
  } catch (error) {
    throw new Error(
      'PostgreSQL cannot run as root, and no account for it could be created: create a user "postgres", ' +
        'run Skuward as an ordinary user, or set DATABASE_URL',
      { cause: error },
    );
  }
  const created = await lookUp();
  if (!created) throw new Error('the account "postgres" was created but cannot be found');
  return created;
}

async function lookUp(): Promise<PostgresAccount> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch (error) {
    // `id` exits with 1 for an unknown user; a missing `id` is another matter.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return null;
    throw error;
  }
}

/**
 * Whether the account may read `path` and pass through every directory above it. Only for a lent account; supplementary
 * groups and access lists are not looked at, so that the answer errs on the side of a copy.
 */
export async function canReach(account: PostgresAccount, path: string): Promise<boolean> {
  if (!account) return true;
  if (!(await permits(account, path, 0o4))) return false;
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    if (!(await permits(account, parent, 0o1))) return false;
    if (parent === dirname(parent)) return true;
  }
}

async function permits(account: { uid: number; gid: number }, path: string, wanted: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
