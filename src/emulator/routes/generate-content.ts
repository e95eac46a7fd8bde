import { checkGenerateContent } from '../check-request.ts';
import { frame } from '../framing.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import { respond } from '../responder/respond.ts';
import { methodPaths } from './method-path.ts';
import type { Route } from './route.ts';

/** generateContent and streamGenerateContent: the request is checked even when a script has the answer. */
export const GENERATE_CONTENT: readonly Route[] = methodPaths('generateContent|streamGenerateContent').map(
  ({ path, service }) => ({
    method: 'POST',
    path,
    handle: async (call, { model = '' }) => {
      const request = checkGenerateContent(parseJsonText(await call.body()), service);
      // The emulator keeps no caches, and a request that names one has left out what is in it.
      if (request.cachedContent) throw new GoogleError(403, 'CachedContent not found (or permission denied)');
      return await frame(call, call.chunks ?? (await respond(request, { ...call, model, service })));
    },
  }),
);
