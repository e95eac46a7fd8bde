import { cueBlocks } from '../cue-blocks.ts';
import { cuesOf } from '../cues.ts';
import { lineText } from '../lines.ts';
import { splitSpeaker } from '../speaker-prefix.ts';
import { plainText } from '../spoken-text.ts';
import { cueTimecode } from '../timecode.ts';
import type { Segment } from '../transcript.ts';
import type { Format } from './format.ts';

/**
 * SubRip. The format has no place for speakers: a name stands before the text (`Ann: Hello`) where another speaker
 * begins, and is read back so. Nor has it an escape: `-->` within text becomes an arrow, and a
 * word joiner, which nobody sees, keeps `<you>` from being taken for a tag, which players leave out. Summary, chapters,
 * languages and the times of words have no place.
 */
export const SRT: Format = {
  extension: '.srt',
  render({ segments, duration }, options) {
    const cues = cuesOf(segments, {
      ...options,
      ...(duration === undefined ? {} : { duration }),
      speakers: options.speakers ? 'text' : 'none',
    });
    return cues
      .map(({ start, end, lines }, index) => {
        const text = lines.map((line) => literal(lineText(line))).join('\n');
        return `${index + 1}\n${cueTimecode(start, ',')} --> ${cueTimecode(end, ',')}\n${text}\n`;
      })
      .join('\n');
  },
  parse(text) {
    let speaker: string | undefined;
    const segments = cueBlocks(text).map(({ start, end, lines }): Segment => {
      const said = splitSpeaker(
        plainText(
          lines
            .join('\n')
            .replace(STYLE, '')
            .replace(/([<{])\u2060/g, '$1'),
        ),
      );
      speaker = said.speaker ?? speaker;
      return { start, end, ...(speaker === undefined ? {} : { speaker }), text: said.text };
    });
    return { segments };
  },
};

function literal(line: string): string {
  return line.replaceAll('-->', '→').replace(/<(?=[\w/!])|\{(?=\\)/g, '$&\u2060');
}

/** What players take for style and position, and nobody says. */
const STYLE = /<\/?(?:[biu]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}/gi;
