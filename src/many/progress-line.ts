/** How far a run is. */
export type ProgressFacts = {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Not to be asked at all. */
  readonly leftOut: number;
  /** Asked in this run, not in an earlier one: what the rate is counted from. */
  readonly asked: number;
  readonly seconds: number;
  /** Of prompts and answers of this run. */
  readonly tokens: number;
  /** US dollars; undefined where no price is known. */
  readonly cost: number | undefined;
  /** What answers cost is not known, and not in it. */
  readonly costOfInputAlone: boolean;
};

/** A rate of less time than this is a guess. */
const LEAST_SECONDS = 1;

/** Such as `1,240 done, 3 failed, 8,757 left; 41.2/s, 3 min left, 2.1M tokens, $0.42`. */
export function progressLine(facts: ProgressFacts): string {
  const { total, done, failed, leftOut, asked, seconds, tokens, cost, costOfInputAlone } = facts;
  const left = total - done - failed - leftOut;
  const counts = [
    `${number(done)} done`,
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
    `${number(left)} left`,
  ];
  const further: string[] = [];
  if (seconds >= LEAST_SECONDS && asked > 0) {
    const rate = asked / seconds;
    further.push(`${rate < 100 ? rate.toFixed(1) : number(Math.round(rate))}/s`);
    if (left > 0) further.push(`${duration(left / rate)} left`);
  }
  if (tokens > 0) further.push(`${short(tokens)} tokens`);
  if (cost !== undefined && cost > 0) further.push(`${dollars(cost)}${costOfInputAlone ? ' for input' : ''}`);
  return [counts.join(', '), further.join(', ')].filter((part) => part !== '').join('; ');
}

function dollars(value: number): string {
  if (value < 0.0001) return 'less than $0.0001';
  return `$${value.toFixed(value < 1 ? 4 : 2)}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function short(value: number): string {
  if (value < 10_000) return number(value);
  return value < 1e6 ? `${Math.round(value / 1000)}k` : `${(value / 1e6).toFixed(1)}M`;
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
