import type { TextStage } from './text-stage.ts';

/**
 * Holds back the first half of a surrogate pair at the end of a piece and joins it with the next: each half written
 * alone would become U+FFFD. A half that stays alone goes on as it is.
 */
export function createSurrogateJoiner(): TextStage {
  let half = '';
  return {
    push(text) {
      if (text === '') return '';
      const whole = half + text;
      const last = whole.charCodeAt(whole.length - 1);
      half = last >= 0xd800 && last <= 0xdbff ? whole.slice(-1) : '';
      return half === '' ? whole : whole.slice(0, -1);
    },
    end() {
      const rest = half;
      half = '';
      return rest;
    },
  };
}
