import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 150;
const PATIENCE_SECONDS = 90;

/**
 * The service that the demo talks to: one that runs already, or one that it starts and starts again when it is killed.
 * Nothing is known here but its address.
 */
export class ServiceHandle {
  private child: ChildProcess | null = null;
  private ending = false;

  constructor(
    readonly url: string,
    private readonly say: (line: string) => void,
  ) {}

  async isReady(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  /** Uses the service that runs, or starts one. */
  async open(): Promise<'FOUND' | 'STARTED'> {
    if (await this.isReady()) return 'FOUND';
    this.start();
    await this.waitUntilReady();
    return 'STARTED';
  }

  /** Waits for the service to answer (again). One that the demo started is started again when it has died. */
  async waitUntilReady(): Promise<void> {
    const end = performance.now() + PATIENCE_SECONDS * 1000;
    let told = false;
    while (!(await this.isReady()) || this.ending) {
      if (this.ending) throw new Error('the demo has ended');
      if (performance.now() > end) throw new Error(`the service at ${this.url} does not answer`);
      const isMine = this.child !== null;
      if (isMine && this.child?.exitCode === null && this.child.signalCode === null) {
        await sleep(POLL_MS);
        continue;
      }
      if (!told)
        this.say(
          isMine ? '  … the service died; starting it again' : '  … the service is gone; waiting for `npm start`',
        );
      told = true;
      if (isMine) this.start();
      await sleep(POLL_MS);
    }
    if (told) this.say('  … it is back; the story goes on where it was');
  }

  /** Ends the service if the demo started it. */
  async close(): Promise<void> {
    const { child } = this;
    if (!child || this.ending) return;
    this.ending = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  private start(): void {
    // The same program without a command is the service. Its keys and its log are not part of the story; what goes wrong is still heard.
    this.child = spawn(process.execPath, process.argv.slice(1, 2), { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
