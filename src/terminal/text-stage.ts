/** One station on the way of a text that comes in pieces. */
export type TextStage = {
  /** Takes a piece and returns what may go on now; what the next piece could still change is held back. */
  push(text: string): string;
  /** What was still held back; no piece comes after it. */
  end(): string;
};

/**
 * Stages one after the other, as one stage.
 * @param stages in the order the text goes through them
 */
export function chainStages(stages: readonly TextStage[]): TextStage {
  return {
    push: (text) => stages.reduce((piece, stage) => stage.push(piece), text),
    end: () => stages.reduce((piece, stage) => stage.push(piece) + stage.end(), ''),
  };
}
