import { CONTENT_MESSAGES } from './content.ts';
import { developerOnly, type MessageSpec, vertexOnly } from './field.ts';
import { GENERATION_CONFIG_MESSAGES } from './generation-config.ts';
import { TOOL_MESSAGES } from './tools.ts';

const REQUEST_MESSAGES = {
  GenerateContentRequest: {
    model: 'string',
    contents: 'Content[]',
    systemInstruction: 'Content',
    tools: 'Tool[]',
    toolConfig: 'ToolConfig',
    safetySettings: 'SafetySetting[]',
    generationConfig: 'GenerationConfig',
    cachedContent: 'string',
    labels: 'map<string>',
    serviceTier: 'ServiceTier',
    continuationToken: 'bytes',
    store: developerOnly('bool'),
    modelArmorConfig: vertexOnly('ModelArmorConfig'),
    generationOutputConfig: vertexOnly('GenerationOutputConfig'),
  },
  CountTokensRequest: {
    model: 'string',
    contents: 'Content[]',
    generateContentRequest: developerOnly('GenerateContentRequest'),
    systemInstruction: vertexOnly('Content'),
    tools: vertexOnly('Tool[]'),
    generationConfig: vertexOnly('GenerationConfig'),
    instances: vertexOnly('value[]'),
  },
  SafetySetting: {
    category: 'HarmCategory',
    threshold: 'HarmBlockThreshold',
    method: vertexOnly('HarmBlockMethod'),
  },
  ModelArmorConfig: { promptTemplateName: 'string', responseTemplateName: 'string' },
  GenerationOutputConfig: { outputUriPrefix: 'string' },
} as const satisfies Record<string, MessageSpec>;

/**
 * Every message that a generateContent or countTokens request may hold. Sources: the protos of
 * google.ai.generativelanguage.v1beta and google.cloud.aiplatform.v1, and what @google/genai 2.32 sends to each.
 */
export const MESSAGES: Readonly<Record<string, MessageSpec>> = {
  ...REQUEST_MESSAGES,
  ...CONTENT_MESSAGES,
  ...GENERATION_CONFIG_MESSAGES,
  ...TOOL_MESSAGES,
};

/** The messages that are a request's whole body. */
export type RequestName = 'GenerateContentRequest' | 'CountTokensRequest';
