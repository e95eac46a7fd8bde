/** US dollars for a million tokens. */
export type Price = {
  readonly input: number;
  /** Of answers and thinking, where it is known. */
  readonly output?: number;
  /** For sound, where it costs more. */
  readonly audio?: number;
  /** For all of a prompt that is longer than 200,000 tokens. */
  readonly inputOver200k?: number;
  readonly outputOver200k?: number;
};

export type QuotedPrice = Price & {
  /** Where the price stands, and when it was read. */
  readonly source: string;
};

/** A price and the models it holds for. `until` is the last day it is announced for. */
type PriceRow = { readonly models: RegExp; readonly until?: string; readonly price: Price };

/** The paid tier of the Developer API, as ai.google.dev/gemini-api/docs/pricing had it. Vertex AI has a list of its own. */
const SOURCE = 'ai.google.dev, "Pricing", 2026-10-07';

const version = String.raw`(?:-\d{3}|-latest|-preview(?:-\d{2,4})*)?$`;
const DEVELOPER_PRICES: readonly PriceRow[] = [
  {
    models: new RegExp(`^gemini-3\\.[678]-flash${version}`),
    until: '2026-12-31',
    price: { input: 0.75, output: 3.75 },
  },
  { models: new RegExp(`^gemini-3\\.[678]-flash${version}`), price: { input: 1.5, output: 7.5 } },
  { models: new RegExp(`^gemini-3\\.5-flash${version}`), price: { input: 1.5, output: 9 } },
  { models: new RegExp(`^gemini-3\\.5-flash-lite${version}`), price: { input: 0.3, output: 2.5 } },
  {
    models: new RegExp(`^gemini-3\\.1-pro${version}`),
    price: { input: 2, output: 12, inputOver200k: 4, outputOver200k: 18 },
  },
  {
    models: new RegExp(`^gemini-2\\.5-pro${version}`),
    price: { input: 1.25, output: 10, inputOver200k: 2.5, outputOver200k: 15 },
  },
  { models: new RegExp(`^gemini-2\\.5-flash${version}`), price: { input: 0.3, output: 2.5, audio: 1 } },
];

/**
 * What a million tokens cost, by the person's own list first.
 * @param own prices by model id; they hold at every backend
 * @returns undefined where no price is known
 */
export function priceOf(
  model: string,
  backend: string,
  now: Date,
  own: ReadonlyMap<string, Price> = new Map(),
): QuotedPrice | undefined {
  const id = model.slice(model.lastIndexOf('/') + 1);
  const mine = own.get(model) ?? own.get(id);
  if (mine) return { ...mine, source: 'your prices.json' };
  if (backend !== 'developer') return undefined;
  const today = now.toISOString().slice(0, 10);
  const row = DEVELOPER_PRICES.find(
    ({ models, until }) => models.test(id) && (until === undefined || today <= until),
  );
  return row && { ...row.price, source: SOURCE };
}

/**
 * Dollars for so many tokens.
 * @param tokens.all of the prompt; `audio` are those of sound among them
 * @param tokens.answer of answer and thinking: not counted where the price has no `output`
 */
export function costOf(
  price: Price,
  { all, audio, answer = 0 }: { readonly all: number; readonly audio: number; readonly answer?: number },
): number {
  const long = all > 200_000;
  const rate = long ? (price.inputOver200k ?? price.input) : price.input;
  const answerRate = (long ? price.outputOver200k : undefined) ?? price.output ?? 0;
  return ((all - audio) * rate + audio * (price.audio ?? rate) + answer * answerRate) / 1e6;
}

/**
 * Reads a person's list: `{ "gemini-3.8-flash": { "input": 0.75, "output": 3.75 } }`, or a number alone.
 * @returns a sentence for a list that is not of this form
 */
export function parsePrices(json: unknown): ReadonlyMap<string, Price> | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return 'it is not an object of models';
  const prices = new Map<string, Price>();
  for (const [model, value] of Object.entries(json)) {
    const fields: unknown = typeof value === 'number' ? { input: value } : value;
    if (!isPrice(fields)) {
      return `"${model}" is not a price such as { "input": 0.75, "output": 3.75, "audio": 1, "inputOver200k": 1.5 }`;
    }
    prices.set(model, fields);
  }
  return prices;
}

const PRICE_FIELDS: readonly string[] = ['input', 'output', 'audio', 'inputOver200k', 'outputOver200k'];

function isPrice(value: unknown): value is Price {
  if (typeof value !== 'object' || value === null || !('input' in value)) return false;
  return Object.entries(value).every(
    ([name, price]) => PRICE_FIELDS.includes(name) && typeof price === 'number' && price >= 0,
  );
}
