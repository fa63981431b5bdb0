/**
 * The same values, each asked for while the one before it is still being worked on; never more than one ahead, so that
 * memory stays flat. An error of the source comes where the source has it: after the values before it.
 */
export async function* oneAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = askOf(source);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = askOf(source);
      yield value;
    }
  } finally {
    // Whoever gives up early leaves a question open: it is answered first, and then the source ends too.
    await next.catch(() => undefined);
    await source.return(undefined);
  }
}

function askOf<T>(source: AsyncGenerator<T>): Promise<IteratorResult<T, void>> {
  const next = source.next();
  // Its error is for whoever awaits it later; until then it must not count as one that nobody handles.
  next.catch(() => undefined);
  return next;
}
