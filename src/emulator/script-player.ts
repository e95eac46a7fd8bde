import type { Call } from './call.ts';
import type { EmulatorScript, ScriptedMatch, ScriptedReply } from './script.ts';
import { patternTest } from './script-pattern.ts';

/** Hands out a script's replies and remembers which were used. */
export type ScriptPlayer = {
  /** No reply left is an error then. */
  readonly strict: boolean;
  /** The first reply that fits and is not used up; it counts as used from here on. */
  next(call: Call): Promise<ScriptedReply | undefined>;
  /** The replies that have not been used as often as they say. */
  unused(): string[];
};

/** @param script without one there is never a reply */
export function playScript(script: EmulatorScript | undefined): ScriptPlayer {
  const entries = (script?.replies ?? []).map((reply, index) => ({ reply, index, used: 0 }));
  const usedUp = ({ reply, used }: (typeof entries)[number]) => {
    return reply.times !== 'any' && used >= (reply.times ?? 1);
  };
  return {
    strict: script?.strict === true,
    async next(call) {
      for (const entry of entries) {
        if (usedUp(entry) || !(await fits(call, entry.reply.match))) continue;
        // Another request may have taken it while this one's body was read.
        if (usedUp(entry)) continue;
        entry.used += 1;
        return entry.reply;
      }
      return undefined;
    },
    unused() {
      return entries
        .filter((entry) => (entry.reply.times === 'any' ? entry.used === 0 : !usedUp(entry)))
        .map(
          ({ reply, index, used }) => `${nameOf(reply, index)}: used ${used} of ${reply.times ?? 1} times`,
        );
    },
  };
}

function nameOf(reply: ScriptedReply, index: number): string {
  const kind = (['chunks', 'writes', 'body', 'fault'] as const).find((name) => reply[name] !== undefined);
  const path = reply.match?.path === undefined ? '' : ` for ${reply.match.path}`;
  return reply.name ?? `reply ${index + 1} (${kind ?? reply.status ?? 'own answer'}${path})`;
}

async function fits(call: Call, match: ScriptedMatch = {}): Promise<boolean> {
  const { method, path, body } = match;
  if (method !== undefined && method !== call.method) return false;
  if (path !== undefined && !patternTest(path)(targetOf(call))) return false;
  return body === undefined || patternTest(body)((await call.body()).toString());
}

function targetOf({ path, query }: Call): string {
  return query.size === 0 ? path : `${path}?${query}`;
}
