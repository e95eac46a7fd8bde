import { type Answer, jsonAnswer } from '../answer.ts';

/** A refusal as OpenAI's service puts it: `{"error": {message, type, param, code}}`. */
export class ChatRefusal extends Error {
  readonly param: string | null;
  readonly code: string | null;

  constructor(message: string, param: string | null = null, code: string | null = null) {
    super(message);
    this.name = 'ChatRefusal';
    this.param = param;
    this.code = code;
  }
}

/** An error of any status in that form. */
export function chatErrorAnswer(
  status: number,
  { message, param = null, code = null }: { message: string; param?: string | null; code?: string | null },
): Answer {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  return jsonAnswer({ error: { message, type, param, code } }, status);
}

export function missing(param: string): ChatRefusal {
  return new ChatRefusal(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
}

export function unknown(param: string): ChatRefusal {
  return new ChatRefusal(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
}

export function wrongType(param: string, expected: string, value: unknown): ChatRefusal {
  const found =
    value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  return new ChatRefusal(
    `Invalid type for '${param}': expected ${expected}, but got ${found} instead.`,
    param,
    'invalid_type',
  );
}

export function invalidValue(param: string, problem: string): ChatRefusal {
  return new ChatRefusal(`Invalid value for '${param}': ${problem}`, param, 'invalid_value');
}
