import { isFields } from '../fold-fields.ts';
import type { FunctionCall } from '../generate-content.ts';
import { argumentsOf } from './from-messages.ts';

type Call = { id: string; name: string; pieces: string[]; whole: unknown };

/**
 * Puts the function calls of one choice together: pieces belong to each other by `index`. Some servers leave the index
 * out, or give all calls the same: there another id begins another call, and a piece without one goes on with the last.
 */
export class CallAssembly {
  readonly #calls: Call[] = [];
  readonly #byIndex = new Map<unknown, Call>();

  /**
   * Takes what a message or delta says of calls, in the present form or the older `function_call`.
   * @param whole a message, in which each call stands once
   */
  add({ tool_calls: calls, function_call: call }: Record<string, unknown>, whole: boolean): void {
    const pieces: unknown[] = Array.isArray(calls) ? calls : [];
    pieces.forEach((piece, position) => {
      if (isFields(piece)) this.#addPiece(piece, whole ? position : piece.index, piece.function);
    });
    if (isFields(call)) this.#addPiece({}, 'function_call', call);
  }

  /** The calls in the order they began, or what is wrong with one of them. */
  end(): { calls: FunctionCall[]; malformed?: string } {
    const calls: FunctionCall[] = [];
    for (const { id, name, pieces, whole } of this.#calls) {
      const args = argumentsOf(whole ?? pieces.join(''));
      if (name === '') return { calls, malformed: 'a call names no function' };
      if (!args) return { calls, malformed: `the arguments of ${name} are not a JSON object` };
      calls.push({ ...(id === '' ? {} : { id }), name, args });
    }
    return { calls };
  }

  #addPiece({ id }: Record<string, unknown>, index: unknown, said: unknown): void {
    const call = this.#callOf(typeof id === 'string' ? id : '', index);
    if (!isFields(said)) return;
    const { name, arguments: text } = said;
    if (typeof name === 'string' && name !== '' && call.name !== name) call.name += name;
    if (typeof text === 'string') call.pieces.push(text);
    else if (isFields(text)) call.whole = text;
  }

  #callOf(id: string, index: unknown): Call {
    const known =
      index === undefined ? (id === '' ? this.#calls.at(-1) : undefined) : this.#byIndex.get(index);
    if (known && (id === '' || known.id === '' || known.id === id)) {
      known.id ||= id;
      return known;
    }
    const call: Call = { id, name: '', pieces: [], whole: undefined };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }
}
