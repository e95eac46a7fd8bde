import type { MediaLimit } from '../models/media-limits.ts';
import { formatBytes } from './format-bytes.ts';
import type { MeasureWords, MediaTarget } from './limits.ts';

/** An amount with its unit: "17 images", "2 min 5 s", "51 MB". */
export function quantityInWords(of: MeasureWords, amount: number): string {
  if ('unit' in of) return of.unit === 'seconds' ? secondsInWords(amount) : formatBytes(amount);
  return `${amount.toLocaleString('en')} ${amount === 1 ? of.one : of.many}`;
}

/** A limit with its unit; bytes as the documents write them: "50 MB" for 50 MiB. */
export function limitInWords(of: MeasureWords, max: number): string {
  return 'unit' in of && of.unit === 'bytes' ? mebibytesInWords(max / MIB) : quantityInWords(of, max);
}

/** Who takes how much: "gemini-1.5-pro takes 3,000", "Distributed Cloud is documented to take 1 min 40 s". */
export function takerInWords(of: MeasureWords, limit: MediaLimit, target: MediaTarget): string {
  const who = limit.models ? target.model : (BACKEND_NAMES[target.backend] ?? target.backend);
  const verb = limit.status === 'hard' ? 'takes' : 'is documented to take';
  const most = 'unit' in of ? limitInWords(of, limit.max) : limit.max.toLocaleString('en');
  return `${who} ${verb} ${limit.max === 0 ? 'none' : most}`;
}

const MIB = 1024 * 1024;

function mebibytesInWords(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024} GB` : `${mebibytes} MB`;
}

const BACKEND_NAMES: Readonly<Record<string, string>> = {
  developer: 'the Developer API',
  emulator: 'the Developer API',
  vertex: 'Vertex AI',
  gdc: 'Distributed Cloud',
};

/** "8 h 24 min", "2 min 5 s", "3.2 s". */
export function secondsInWords(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, !hours && rest && `${rest} s`];
  return parts.filter(Boolean).join(' ');
}
