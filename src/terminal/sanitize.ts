import type { TextStage } from './text-stage.ts';

/*
 * Text of others on a terminal: a control character is shown, never sent. C0 and DEL become their one-column pictures
 * (ESC is ␛), C1 and the bidi controls the notation of less(1) (<U+009B>).
 *
 * Every introducer of a sequence is itself a control character (ESC for the 7-bit CSI, OSC, DCS, SOS, PM and APC, C1
 * for the 8-bit ones), and so are their terminators. None passes, so the terminal never leaves its ground state,
 * however a sequence is cut, nested or left open, and nothing needs to be swallowed or held until its end. The one
 * state across pieces is a CR that may be the first half of a CRLF.
 *
 * U+200E, U+200F and U+061C pass: ordinary Arabic and Hebrew need them, and they can neither embed nor override.
 */

/** Everything a terminal could obey: C0 without tab and newline, DEL, C1, bidi embeddings, overrides and isolates. */
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const UNSAFE_ALL = new RegExp(UNSAFE, 'g');
/** What JSON.stringify leaves as it is. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** Makes control characters visible in a text that comes in pieces; CRLF becomes a newline, a lone CR is shown. */
export function createSanitizer(): TextStage {
  let carriageReturn = false;
  return {
    push(text) {
      if (text === '') return '';
      const whole = carriageReturn ? `\r${text}` : text;
      carriageReturn = whole.endsWith('\r');
      return sanitize(carriageReturn ? whole.slice(0, -1) : whole);
    },
    end() {
      const rest = carriageReturn ? sanitize('\r') : '';
      carriageReturn = false;
      return rest;
    },
  };
}

/** A whole text with its control characters made visible; newline and tab pass. */
export function sanitize(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replaceAll('\r\n', '\n').replace(UNSAFE_ALL, picture);
}

/** A text as one line of a message: line ends and tabs become spaces, control characters are made visible. */
export function oneLine(text: string): string {
  const lines = text.split(/[\t\r\n\u2028\u2029]+/).map((line) => line.trim());
  return sanitize(lines.filter((line) => line !== '').join(' '));
}

/** Escapes in a JSON text what JSON.stringify leaves raw and a terminal would obey; the value stays the same. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) => `\\u${hexadecimal(character)}`);
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `<U+${hexadecimal(character).toUpperCase()}>`;
}

function hexadecimal(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
