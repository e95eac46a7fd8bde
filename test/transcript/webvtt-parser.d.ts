declare module 'webvtt-parser' {
  export class WebVTTParser {
    parse(
      text: string,
      mode?: 'subtitles' | 'chapters' | 'metadata',
    ): {
      cues: { startTime: number; endTime: number; text: string; tree: unknown }[];
      errors: { message: string; line: number; col?: number }[];
    };
  }
}
