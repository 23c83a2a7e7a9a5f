import type { LanguageModelConfig } from '../config/app-config.js';

export interface ModelProviderReceipt {
  /** By the present configuration. Chunks record their model, not its provider. */
  name: 'gemini' | 'vertexai' | null;
  /** A gateway between this service and Google receives the requests as well, and may keep them. */
  isBehindGateway: boolean;
  /** false: each request asks Google to store nothing. null: the provider has no such setting. */
  store: false | null;
  /** Summary of the provider's own statement about what it keeps. */
  keeps: string | null;
  /** Month in which the statement was read. */
  asOf: string | null;
  sources: readonly string[];
}

type Statement = Pick<ModelProviderReceipt, 'store' | 'keeps' | 'asOf' | 'sources'>;

const NOTHING_SENT: Statement = { store: null, keeps: null, asOf: null, sources: [] };

const STATEMENTS: Readonly<Record<'gemini' | 'vertexai', Statement>> = {
  gemini: {
    store: false,
    keeps:
      'The log of the project, which would be kept for up to 55 days, is not written for requests with store=false. ' +
      'To look for abuse, Google keeps prompts with their context, and answers, for 55 days all the same, ' +
      'unless it has approved zero data retention for the project. Without billing, it may also use them to improve ' +
      'its products, and people may read them, unless you are in the EEA, Switzerland or the United Kingdom.',
    asOf: '2026-11',
    sources: [
      'https://ai.google.dev/gemini-api/docs/logs-datasets',
      'https://ai.google.dev/gemini-api/docs/usage-policies',
      'https://ai.google.dev/gemini-api/docs/zdr',
      'https://ai.google.dev/gemini-api/terms',
    ],
  },
  vertexai: {
    store: null,
    keeps:
      'Google trains no model on it. Content is cached in memory for up to 24 hours, unless the project has switched ' +
      'that off. Where abuse is suspected, prompts may be logged for up to 90 days, in the region of the project, ' +
      'unless Google has exempted the project.',
    asOf: '2026-11',
    sources: [
      'https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/zero-data-retention',
      'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/abuse-monitoring',
    ],
  },
};

/** Describes who receives recordings and texts for correction and summary, and what they keep. */
export function modelProviderReceipt(config: LanguageModelConfig): ModelProviderReceipt {
  switch (config.kind) {
    case 'none':
      return { name: null, isBehindGateway: false, ...NOTHING_SENT };
    case 'gemini':
      return { name: 'gemini', isBehindGateway: isGateway(config.baseUrl), ...STATEMENTS.gemini };
    case 'vertexai': {
      const { apiEndpoint } = config;
      const url = apiEndpoint === undefined ? undefined : `https://${apiEndpoint}`;
      return { name: 'vertexai', isBehindGateway: isGateway(url), ...STATEMENTS.vertexai };
    }
  }
}

/** @param url undefined: Google's own address */
function isGateway(url: string | undefined): boolean {
  return url !== undefined && !/(?:^|\.)googleapis\.com$/.test(new URL(url).hostname);
}
