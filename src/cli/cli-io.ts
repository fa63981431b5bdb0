/** What a command may touch of the process that runs it; tests give it their own. */
export interface CliIo {
  /** One line to standard output; the line end is added. */
  out(line: string): void;
  /** One line to standard error; the line end is added. */
  err(line: string): void;
  /** Standard output is a terminal, so that a line may be drawn over. */
  isTty: boolean;
  /** What the environment says about the service to speak to. */
  env: { url: string | null; key: string | null };
}

/** Wrong use of a command, or a service that refuses: told in one sentence, without a stack. */
export class CliFault extends Error {
  override readonly name = 'CliFault';
}

/** Runs a command's work; answers its exit code: 0, or 1 for what it told on standard error. */
export async function exitCodeOf(io: CliIo, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliFault)) throw error;
    io.err(`skuward: ${error.message}`);
    return 1;
  }
}
