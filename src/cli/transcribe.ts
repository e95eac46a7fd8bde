import { Option } from 'commander';
import type { Declare, Flags } from './declare.ts';
import { addGroup, collect, debugOption, settingOptions } from './options.ts';

/** `gemini transcribe` */
export const declare: Declare = (command, { openFor }) => {
  command
    .usage('[options] [media...]')
    .argument('[media...]', 'recordings or videos: files, folders, patterns, URLs, gs://; "-" is stdin')
    .addHelpText('after', NOTES);
  addGroup(command, 'Transcript', [
    new Option(
      '--format <format>',
      'txt, srt, vtt, json, tsv or md (default: by the name of -o, else txt)',
    ).choices(['txt', 'srt', 'vtt', 'json', 'tsv', 'md']),
    new Option('-o, --output <file>', 'write the transcript to a file'),
    new Option('--output-dir <folder>', 'a file for each recording, named after it'),
    new Option('--timestamps <which>', 'none, segment or word (segment)').choices([
      'none',
      'segment',
      'word',
    ]),
    new Option('--speakers', 'say who speaks (as it is)').hideHelp(),
    new Option('--no-speakers', 'do not say who speaks'),
    new Option('--speaker-names <names>', 'who speaks, such as "Ann,Bob"'),
    new Option('--language <language>', 'what is spoken, such as en or "Swiss German"'),
    new Option('--translate <language>', 'write it in this language'),
    new Option('--vocabulary <file>', 'names and terms that are said, one a line'),
    new Option('--summary', 'add a summary'),
    new Option('--chapters', 'add chapters with their times'),
    new Option('-p, --prompt <text>', 'what else the model is to know, or @FILE'),
    new Option('--max-line-width <n>', 'longest line (subtitles: 42)'),
    new Option('--max-lines <n>', 'lines of a subtitle (2)'),
  ]);
  addGroup(command, 'How it is made', [
    new Option('--chunk-seconds <n>', 'longest piece that is asked about at once (600)'),
    new Option('--cutter <who>', 'who cuts: ffmpeg, own (WAV and MP3), none, or auto').choices([
      'auto',
      'ffmpeg',
      'own',
      'none',
    ]),
    new Option('-j, --jobs <n>', 'requests at once (4)'),
    new Option('--no-repair', 'take what the model says as it is'),
    new Option('--fresh', 'forget what an interrupted run has done'),
    new Option('--temperature <n>', 'sampling temperature'),
    new Option('--seed <n>', 'seed for sampling'),
    new Option('--thinking <level>', 'off, minimal, low, medium, high, dynamic, or a number of tokens'),
    new Option('--max-output-tokens <n>', 'limit on each answer'),
    new Option('--set <path=json>', 'any field of the requests (repeat)').argParser(collect),
    new Option('--url-mode <mode>', 'web addresses: fetch them here, or pass them to the service').choices([
      'fetch',
      'pass',
    ]),
    new Option('--max-fetch-size <size>', 'largest recording that is fetched, such as 200MB (64MiB)'),
    new Option('--allow-private-urls', 'fetch from this machine and its network too'),
  ]);
  addGroup(command, 'Run', [
    new Option('-u, --usage', 'tokens and time, on stderr'),
    new Option('-q, --quiet', 'no notes or progress on stderr'),
    debugOption(),
    new Option('--plan', 'a table of recordings and pieces; nothing is sent'),
    new Option('--dry-run', 'print the first request of each; --dry-run=http adds method, URL and headers'),
    new Option('--dry-run-as <form>').choices(['body', 'http']).hideHelp(),
  ]);
  settingOptions(command);
  command.action(async (sources: string[], flags: Flags) => {
    const { readTranscribeOptions, transcribe } = await import('../commands/transcribe.ts');
    const options = readTranscribeOptions(flags, sources);
    // --format is about the transcript here, and not about errors.
    await transcribe(openFor({ ...flags, format: undefined }), options);
  });
};

const NOTES = `
Times are held against the length of the recording: what can be mended is, what
cannot is asked for again, and what is still wrong ends with exit code 8, the
rest written. So is more than a minute of sound without a word, such as music:
--no-repair takes it as it is.

Long recordings are asked about in pieces, cut at silences by ffmpeg where it is
installed. txt and tsv show each piece as soon as it is checked; a smaller
--chunk-seconds shows the first one sooner. A run that is ended goes on where it
was when it is started again. Of talk.mp3#t=60,90 only that part is asked about,
with the times of the whole.

Examples:
  gemini transcribe talk.mp3
  gemini transcribe talk.mp4 -o talk.srt --speaker-names "Ann,Bob"
  gemini transcribe *.mp3 --output-dir transcripts --format vtt
  ffmpeg -i call.mkv -f wav - | gemini transcribe - --timestamps none
  gemini transcribe gs://bucket/meeting.mp3 --summary --chapters --format md
`;
