import type { Context } from '../../context.ts';
import { displayName } from '../../media/display-name.ts';
import type { Medium } from '../../media/medium.ts';
import { probeMedium } from '../../media/probe.ts';
import { styleFor } from '../../terminal/style.ts';
import { renderTable, type TableColumn } from '../../terminal/table.ts';
import { clock } from '../../transcript/timecode.ts';
import type { Span } from '../../transcript/transcript.ts';
import { printRequest } from '../dry-run.ts';
import type { Asker } from './asker.ts';
import { type Excerpts, excerptsFor } from './excerpts.ts';
import type { TranscribeOptions } from './options.ts';
import { pieceSpans } from './transcribe-medium.ts';

/**
 * What would be asked, and nothing sent: with --plan a table of the recordings and their pieces, else the request for the
 * first piece of each recording.
 */
export async function showQuestions(
  context: Context,
  options: TranscribeOptions,
  asker: Asker,
  media: readonly Medium[],
): Promise<void> {
  const planned: { medium: Medium; excerpts: Excerpts; spans: readonly Span[] }[] = [];
  for (const medium of media) {
    const { seconds } = await probeMedium(medium, context);
    const excerpts = excerptsFor(context, options, asker.backend, medium, seconds);
    planned.push({
      medium,
      excerpts,
      spans: await pieceSpans({ excerpts, chunkSeconds: options.chunkSeconds }),
    });
  }
  if (options.plan) return printPlan(context, planned);
  for (const { medium, excerpts, spans } of planned) {
    const [span = excerpts.range] = spans;
    if (spans.length > 1) {
      context.note(
        `${displayName(medium.name)}: the first of ${spans.length} requests; the others differ in their piece of sound`,
      );
    }
    const request = asker.request({ excerpt: await excerpts.of(span), span, speakers: [] });
    const preview = asker.backend.preview(asker.model, request, { stream: true });
    await printRequest(context, preview, options.dryRun ?? 'body');
  }
}

async function printPlan(
  { io }: Context,
  planned: readonly { medium: Medium; excerpts: Excerpts; spans: readonly Span[] }[],
): Promise<void> {
  const rows = planned.map(({ medium, excerpts: { range }, spans }) => [
    displayName(medium.name),
    medium.mimeType ?? medium.kind,
    Number.isFinite(range.end) ? clock(range.end - range.start) : '?',
    String(spans.length),
    spans.length > 1 ? spans.map(({ start, end }) => `${clock(start)}–${clock(end)}`).join(', ') : 'all',
  ]);
  const lines = renderTable(COLUMNS, rows, { width: io.stdout.columns(), style: await styleFor(io.stdout) });
  await io.stdout.write(`${lines.join('\n')}\n`);
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'recording', flexible: true },
  { title: 'type' },
  { title: 'length', align: 'right' },
  { title: 'requests', align: 'right' },
  { title: 'pieces', flexible: true },
];
