import { Injectable } from '@nestjs/common';
import { parseHotwords } from '../providers/assemblyai/hotwords.js';
import type { UsageListener } from '../providers/language-models/language-model.js';
import { isRescue, type WindowTask } from './corrections.repository.js';
import { Corrector, type CorrectionResult } from './corrector.js';
import { FirstStageReader, type FirstStageText } from './first-stage-reader.js';
import { LoadedFacts } from './loaded-facts.js';
import { Rescuer } from './rescuer.js';
import type { Neighbors } from './windows/seams.js';
import { SoundBudget } from './windows/sound-budget.js';
import { WindowAudio } from './windows/window-audio.js';

export interface Call {
  signal: AbortSignal;
  isLastTry: boolean;
  isRepeated: boolean;
  onUsage: UsageListener;
}

/** A window's text from the model. */
export interface Attempted extends CorrectionResult {
  /** The first-stage text of the whole recording, where the record does not have it. */
  wholeDraft?: string;
}

/** Words of a neighboring window that a prompt names: more than two seconds of speech have. */
const NAMED_WORDS = 10;

/**
 * Requests one window's text from the model, once: corrects the first-stage text, or transcribes
 * the recording alone.
 */
@Injectable()
export class CorrectionAttempt {
  constructor(
    private readonly firstStage: FirstStageReader,
    private readonly audio: WindowAudio,
    private readonly budget: SoundBudget,
    private readonly corrector: Corrector,
    private readonly rescuer: Rescuer,
    private readonly facts: LoadedFacts,
  ) {}

  /** @throws ProviderError */
  async run(task: WindowTask, call: Call): Promise<Attempted> {
    const bytes = this.audio.estimatedBytes(task, this.corrector.maxAudioBytes);
    return this.budget.run(bytes, call.signal, () =>
      isRescue(task) ? this.rescuer.transcribe(task, call) : this.correct(task, call),
    );
  }

  private async correct(task: WindowTask, call: Call): Promise<Attempted> {
    const { signal } = call;
    const draft = await this.firstStage.read(task, signal);
    const sound = await this.audio.load(task, { maxBytes: this.corrector.maxAudioBytes, signal });
    if ('bytes' in sound) await this.facts.note(task, sound.bytes, signal);
    const { phrases } = parseHotwords(task.transcriptPrompt);
    const overlapSeconds = 'bytes' in sound ? sound.overlapSeconds : 0;
    const result = await this.corrector.correct({
      partialTranscript: draft.text,
      hotwords: phrases,
      guidance: task.transcriptPrompt,
      language: task.language,
      redactPii: task.redactPii,
      audio: 'bytes' in sound ? sound : null,
      audioOmittedReason: 'bytes' in sound ? undefined : sound.detail,
      durationSeconds: draft.durationSeconds && draft.durationSeconds + 2 * overlapSeconds,
      ...(overlapSeconds > 0 && { neighbors: neighborsOf(draft) }),
      ...call,
    });
    return { ...result, wholeDraft: draft.whole };
  }

  /** Judges the joined text of all windows. @throws ProviderUnavailableError when it is refused */
  async judgeWhole(text: string, draft: string): Promise<void> {
    await this.corrector.judgeWhole(text, draft);
  }
}

function neighborsOf({ before, after }: FirstStageText): Neighbors {
  const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  return {
    before: wordsOf(before).slice(-NAMED_WORDS).join(' '),
    after: wordsOf(after).slice(0, NAMED_WORDS).join(' '),
  };
}
