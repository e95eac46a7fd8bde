/**
 * The results of calls in order, with at most `limit` under way or waiting to be taken: who takes slowly slows the calls.
 * @throws what a call throws, when its turn comes
 */
export async function* inOrder<Result>(
  count: number,
  limit: number,
  call: (index: number) => Promise<Result>,
): AsyncGenerator<Result> {
  const under: Promise<Result>[] = [];
  for (let next = 0, taken = 0; taken < count; taken++) {
    for (; next < count && next - taken < limit; next++) {
      const result = call(next);
      // Until its turn comes its failure is not unhandled.
      result.catch(() => {});
      under.push(result);
    }
    const first = under.shift();
    if (first !== undefined) yield await first;
  }
}
