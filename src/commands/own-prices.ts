import { join } from 'node:path';
import { configFolder } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type Price, parsePrices } from '../models/prices.ts';

/**
 * The prices of `prices.json` in the folder of settings, which go before those we know; none where there is no such file.
 * @throws UsageError for a file that is not a list of prices
 */
export async function ownPrices(env: Context['env']): Promise<ReadonlyMap<string, Price> | undefined> {
  const { readFile } = await import('node:fs/promises');
  let file = '';
  let text: string;
  try {
    file = join(configFolder(env), 'prices.json');
    text = await readFile(file, 'utf8');
  } catch {
    // Prices are an addition: without a home, or a file that can be read, there are none.
    return undefined;
  }
  const prices = parsePrices(parsed(text, file));
  if (typeof prices === 'string') throw new UsageError(`${file}: ${prices}`);
  return prices;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON`, { cause: error });
  }
}
