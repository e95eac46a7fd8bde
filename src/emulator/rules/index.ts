import type { RequestName } from '../messages/index.ts';
import { contentsPresent, contentsWellFormed, lastTurnIsNotTheModels } from './contents.ts';
import { callingConfigWellFormed, declarationsWellFormed, responsesMatchCalls } from './function-calling.ts';
import {
  answerFormIsSupported,
  choicesAreExclusive,
  numbersInRange,
  topKIsWhole,
} from './generation-config.ts';
import type { Rule } from './rule.ts';
import { schemasWellFormed } from './schema.ts';
import { labelsWellFormed, safetySettingsWellFormed } from './settings.ts';

const COUNTING: readonly Rule[] = [contentsPresent, contentsWellFormed, declarationsWellFormed];

/** What each request must obey besides its messages' types. */
export const RULES = {
  CountTokensRequest: COUNTING,
  GenerateContentRequest: [
    ...COUNTING,
    lastTurnIsNotTheModels,
    responsesMatchCalls,
    callingConfigWellFormed,
    numbersInRange,
    topKIsWhole,
    choicesAreExclusive,
    answerFormIsSupported,
    schemasWellFormed,
    safetySettingsWellFormed,
    labelsWellFormed,
  ],
} as const satisfies Record<RequestName, readonly Rule[]>;
