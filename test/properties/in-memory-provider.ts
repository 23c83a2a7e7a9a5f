import type { TranscriptParams } from 'assemblyai';
import type { Corrector } from '../../src/correction/corrector.js';
import type { Summarizer } from '../../src/correction/summary/summarizer.js';
import {
  ProviderNotFoundError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../../src/providers/provider-error.js';
import type { AssemblyAiClient } from '../../src/providers/assemblyai/assemblyai.client.js';
import { submissionIdOf } from '../../src/providers/assemblyai/callback-url.js';
import type {
  ProviderTranscript,
  TranscriptPage,
} from '../../src/providers/assemblyai/provider-transcript.js';
import type { JobData } from '../../src/queues/job-catalogue.js';
import { SettingRefusedError } from '../../src/providers/assemblyai/setting-refusal.js';
import type { Activity } from './activity.js';
import { recordingOf, summaryOf, textOf, wordsOf } from './recordings.js';
import { PROVIDER_EFFECT } from './schedule.js';

/** The possible faults of each kind of call. */
interface FaultKinds {
  /**
   * The last three are ambiguous: the caller does not learn whether and when the request was
   * carried out.
   */
  submit: 'refused' | 'setting refused' | 'turned away' | 'lost before' | 'lost after' | 'carried out late';
  get: 'unavailable' | 'not found';
  list: 'unavailable' | 'lagging';
  correct: 'unavailable' | 'refused';
}

/** A fault of the next call of its kind. */
export type ProviderFault = {
  [Call in keyof FaultKinds]: { call: Call; kind: FaultKinds[Call] };
}[keyof FaultKinds];

export interface InMemoryTranscript {
  readonly id: string;
  readonly recording: string;
  readonly audioUrl: string;
  readonly webhookUrl: string | null;
  readonly createdMs: number;
  status: 'processing' | 'completed' | 'error';
  error: string | null;
}

const ERRORS = {
  'no speech': 'language_detection cannot be performed on files with no spoken audio',
  'server error': 'Server error, developers have been alerted.',
} as const;

export type TranscriptEnd = 'completed' | keyof typeof ERRORS;

/** An answer of the model to a window of a long recording. */
export interface WindowAnswer {
  submission: string;
  window: number;
  round: number;
}

/**
 * Simulates AssemblyAI and the language model in memory. The experiment chooses when a transcript
 * ends, and which faults occur.
 */
export class InMemoryProvider {
  readonly transcripts: InMemoryTranscript[] = [];
  /** Submissions that a request named: ids that a forger with the secret could know. */
  readonly submissions: string[] = [];
  private faults: ProviderFault[] = [];
  private readonly late: TranscriptParams[] = [];
  private made = 0;
  /** Whether recordings last so long that they are corrected in windows. */
  areLong = false;
  /** Answers to corrections by their number, which the texts of long recordings contain. */
  readonly answers: WindowAnswer[] = [];

  /**
   * @param served called for every fault that a call has met, with the recording when it is known
   */
  constructor(private readonly served: (fault: ProviderFault, recording: string | undefined) => void) {}

  arm(fault: ProviderFault): void {
    this.faults.push(fault);
  }

  /** @param faults the faults to remove if no call has met them yet; all by default */
  disarm(faults: readonly ProviderFault[] = this.faults): void {
    this.faults = this.faults.filter((fault) => !faults.includes(fault));
  }

  end(transcript: InMemoryTranscript, how: TranscriptEnd): void {
    if (transcript.status !== 'processing') return;
    transcript.status = how === 'completed' ? 'completed' : 'error';
    transcript.error = how === 'completed' ? null : ERRORS[how];
  }

  /** Carries out the requests whose senders have given up long ago. */
  executeLateRequests(): void {
    for (const request of this.late.splice(0)) this.make(request);
  }

  /** Returns AssemblyAI's client for one activity. */
  viewFor(activity: Activity): AssemblyAiClient {
    const view: Pick<AssemblyAiClient, 'submit' | 'get' | 'list' | 'requests'> = {
      // Far within any limit: waiting for a rate limit would take real time.
      requests: 0,
      submit: (request) => call(activity, 'submit', () => this.submit(request)),
      get: (id) => call(activity, 'get', () => this.get(id)),
      list: () => call(activity, 'list', () => this.list()),
    };
    return view as AssemblyAiClient;
  }

  corrector(activity: Activity): Corrector {
    const view: Pick<Corrector, 'correct' | 'judgeWhole' | 'maxAudioBytes'> = {
      maxAudioBytes: 1,
      judgeWhole: () => Promise.resolve(),
      correct: ({ partialTranscript, onUsage }) =>
        call(activity, 'correct', () => this.correct(partialTranscript, activity)).then((result) => {
          onUsage?.(result.usage);
          return result;
        }),
    };
    return view as Corrector;
  }

  summarizer(activity: Activity): Summarizer {
    const view: Pick<Summarizer, 'summarize' | 'maxInputChars'> = {
      maxInputChars: 1_000_000,
      summarize: ({ transcript }) =>
        call(activity, 'summarize', () => ({ summary: summaryOf(transcript), ...SIMULATED_MODEL })),
    };
    return view as Summarizer;
  }

  private submit(request: TranscriptParams): ProviderTranscript {
    const submission = submissionIdOf(request.webhook_url);
    if (submission !== undefined) this.submissions.push(submission);
    const fault = this.faultOf('submit', recordingOf(audioUrlOf(request)));
    switch (fault) {
      case undefined:
        return this.asAnswer(this.make(request));
      case 'refused':
        throw rejected();
      case 'setting refused':
        // Without models there is nothing left to refuse.
        if (request.speech_models === undefined) return this.asAnswer(this.make(request));
        throw settingRefused();
      case 'turned away':
        throw unavailable({ ambiguous: false });
      case 'lost after':
        this.make(request);
        throw unavailable({ ambiguous: true });
      case 'carried out late':
        this.late.push(request);
        throw unavailable({ ambiguous: true });
      case 'lost before':
        throw unavailable({ ambiguous: true });
    }
  }

  private get(id: string): ProviderTranscript {
    const transcript = this.transcripts.find((candidate) => candidate.id === id);
    const fault = this.faultOf('get', transcript?.recording);
    if (fault === 'unavailable') throw unavailable({ ambiguous: false });
    if (transcript === undefined || fault === 'not found') {
      throw new ProviderNotFoundError('not found', { provider: 'assemblyai', code: 'not_found' });
    }
    return this.asAnswer(transcript);
  }

  private list(): TranscriptPage {
    const fault = this.faultOf('list');
    if (fault === 'unavailable') throw unavailable({ ambiguous: false });
    const visible = fault === 'lagging' ? [] : [...this.transcripts].reverse();
    return {
      transcripts: visible.map(({ id, status, audioUrl, createdMs }) => ({
        id,
        status,
        audioUrl,
        createdMs,
      })),
    };
  }

  private correct(partialTranscript: string, { job }: Activity): Awaited<ReturnType<Corrector['correct']>> {
    const fault = this.faultOf('correct');
    if (fault === 'unavailable') throw unavailable({ ambiguous: false });
    if (fault === 'refused') throw rejected();
    const { submissionId: submission, window = 0, round = 1 } = job as JobData['correct'];
    this.answers.push({ submission, window, round });
    const mark = this.areLong ? `(corrected #${this.answers.length - 1})` : '(corrected)';
    return { text: `${partialTranscript} ${mark}`, note: '', usedAudio: false, ...SIMULATED_MODEL };
  }

  private asAnswer(transcript: InMemoryTranscript): ProviderTranscript {
    const { id, status, audioUrl, webhookUrl, recording, error } = transcript;
    const isReady = status === 'completed';
    return {
      id,
      status,
      text: isReady ? textOf(recording) : null,
      ...(isReady && this.areLong && { words: wordsOf(recording) }),
      error,
      audio_url: audioUrl,
      webhook_url: webhookUrl,
    };
  }

  private make(request: TranscriptParams): InMemoryTranscript {
    const audioUrl = audioUrlOf(request);
    this.made += 1;
    const transcript: InMemoryTranscript = {
      id: `${crypto.randomUUID()}-${this.made}`,
      recording: recordingOf(audioUrl),
      audioUrl,
      webhookUrl: request.webhook_url ?? null,
      createdMs: Date.now(),
      status: 'processing',
      error: null,
    };
    this.transcripts.push(transcript);
    return transcript;
  }

  private faultOf<Call extends keyof FaultKinds>(
    call: Call,
    recording?: string,
  ): FaultKinds[Call] | undefined {
    const index = this.faults.findIndex((fault) => fault.call === call);
    const [fault] = index === -1 ? [] : this.faults.splice(index, 1);
    if (fault === undefined) return undefined;
    this.served(fault, recording);
    return fault.kind as FaultKinds[Call];
  }
}

/** Tokens of each answer of the model. */
export const TOKENS_OF_ANSWER = { inputTokens: 3, outputTokens: 2 };

const SIMULATED_MODEL = { model: 'simulated', promptVersion: '1', usage: TOKENS_OF_ANSWER };

function call<T>(activity: Activity, name: string, answer: () => T): Promise<T> {
  return activity.effect(`${PROVIDER_EFFECT} ${name}`, async () => {
    await Promise.resolve();
    return answer();
  });
}

function audioUrlOf(request: TranscriptParams): string {
  return 'audio_url' in request ? request.audio_url : '';
}

function unavailable({ ambiguous }: { ambiguous: boolean }): ProviderUnavailableError {
  return new ProviderUnavailableError('no answer', {
    provider: 'assemblyai',
    code: 'unavailable',
    ambiguous,
  });
}

function settingRefused(): SettingRefusedError {
  const details = { provider: 'assemblyai', code: 'refused' } as const;
  return new SettingRefusedError('refused', details, ['speech_models'], 'a speech model is off');
}

function rejected(): ProviderRejectedError {
  return new ProviderRejectedError('refused', { provider: 'assemblyai', code: 'refused' });
}
