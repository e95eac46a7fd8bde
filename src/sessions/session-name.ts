import { UsageError } from '../errors.ts';
import { isDeviceName } from '../windows-name.ts';

const LONGEST_BYTES = 100;

/**
 * A name that can be a file's on every system: no path, nothing hidden, nothing that a terminal would obey.
 * @throws UsageError that says what it may be
 */
export function checkSessionName(name: string): string {
  if (isSessionName(name)) return name;
  throw new UsageError(`${JSON.stringify(name)} cannot be the name of a session`, {
    hint: `letters, digits, "_", "-", "." and spaces, at most ${LONGEST_BYTES} bytes, such as trip-to-rome`,
  });
}

/** Whether it can be one. */
export function isSessionName(name: string): boolean {
  return (
    /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_ .-]*$/u.test(name) &&
    !/[. ]$/.test(name) &&
    !/\.(lock|torn)$/i.test(name) &&
    !isDeviceName(name) &&
    Buffer.byteLength(name) <= LONGEST_BYTES
  );
}

/**
 * The name of a session that was given none: the local time it began.
 * @param attempt 1 for the first; later ones are for a second that has several
 */
export function sessionNameAt(time: Date, attempt = 1): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('');
  return `${day}-${clock}${attempt > 1 ? `-${attempt}` : ''}`;
}
