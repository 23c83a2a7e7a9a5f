import { computed, signal } from '@preact/signals';
import { totalMs, trackAfter, trackAt, type Track } from './timeline';
import { storeSpeed, storedSpeed } from './speed';
import { isRemoved } from './is-removed';

/** Length of a skip, in milliseconds: about one sentence. */
export const SKIP_MS = 5_000;

/**
 * Plays the recordings of a conversation as one, with a single audio element that goes from
 * recording to recording. All times are milliseconds from the beginning of the conversation.
 */
export class Player {
  readonly isPlaying = signal(false);
  readonly positionMs = signal(0);
  readonly tracks = signal<readonly Track[]>([]);
  readonly speed = signal(storedSpeed());
  /** Why the recording at this position is not heard. */
  readonly problem = signal<'gone' | 'failed' | null>(null);
  /** The position at which the person or a link put the player, or at which it was paused. */
  readonly restingMs = signal<number | null>(null);
  readonly totalMs = computed(() => totalMs(this.tracks.value));
  /** Changes once a second, so that what shows the time is not rendered at every frame. */
  readonly second = computed(() => Math.floor(this.positionMs.value / 1_000));

  private audio: HTMLAudioElement | undefined;
  private track: Track | undefined;
  /** Position to which the audio element must go as soon as it can; until then it counts alone. */
  private targetMs: number | null = null;
  private stopAtMs: number | null = null;
  private frame = 0;

  /** @returns detaches the element again */
  attach(audio: HTMLAudioElement): () => void {
    this.audio = audio;
    const controller = new AbortController();
    const on = (event: string, handler: () => void) => {
      audio.addEventListener(event, handler, { signal: controller.signal });
    };
    on('loadedmetadata', () => {
      this.moveAudio();
      this.learnLength();
    });
    on('seeked', () => this.arrive());
    on('timeupdate', () => this.follow());
    on('play', () => this.startFrames());
    on('pause', () => this.rest());
    on('ended', () => this.goOn());
    on('error', () => void this.explainError());
    this.place(this.positionMs.peek());
    return () => {
      controller.abort();
      cancelAnimationFrame(this.frame);
      audio.pause();
      this.audio = undefined;
      this.track = undefined;
      this.isPlaying.value = false;
    };
  }

  /** Takes over the recordings; what is playing goes on when its recording is still there. */
  setTracks(tracks: readonly Track[]): void {
    this.tracks.value = tracks;
    const kept = tracks.find(({ chunkId, url }) => chunkId === this.track?.chunkId && url === this.track.url);
    if (kept !== undefined && !kept.isGone) this.keep(kept);
    else this.place(this.positionMs.peek());
  }

  /** Stays in a recording that moved on the timeline, as an earlier one was completed. */
  private keep(track: Track): void {
    const shiftMs = track.startMs - (this.track?.startMs ?? track.startMs);
    this.track = track;
    if (shiftMs === 0) return;
    if (this.targetMs !== null) this.targetMs += shiftMs;
    this.positionMs.value += shiftMs;
  }

  toggle(): void {
    if (this.isPlaying.peek()) this.audio?.pause();
    else this.play();
  }

  play(): void {
    const { track } = this;
    if (this.audio === undefined || track === undefined) return;
    if (!track.isGone) {
      this.start();
      return;
    }
    const next = trackAfter(this.tracks.peek(), track);
    if (next === undefined) return;
    this.place(next.startMs);
    this.start();
  }

  seek(ms: number): void {
    this.stopAtMs = null;
    this.place(Math.max(0, this.tracks.peek().length === 0 ? ms : Math.min(ms, this.totalMs.peek())));
    this.restingMs.value = this.positionMs.peek();
  }

  skip(ms: number): void {
    this.seek(this.positionMs.peek() + ms);
  }

  playFrom(ms: number): void {
    this.seek(ms);
    this.play();
  }

  /** Plays a passage, and pauses at its end. */
  playPassage(fromMs: number, toMs: number): void {
    this.playFrom(fromMs);
    this.stopAtMs = toMs;
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    storeSpeed(speed);
    this.applySpeed();
  }

  private applySpeed(): void {
    if (this.audio === undefined) return;
    this.audio.defaultPlaybackRate = this.speed.peek();
    this.audio.playbackRate = this.speed.peek();
  }

  private start(): void {
    const { audio } = this;
    if (audio === undefined) return;
    if (audio.error !== null) {
      this.problem.value = null;
      this.targetMs = this.positionMs.peek();
      audio.load();
    }
    this.isPlaying.value = true;
    audio.play().catch((error: unknown) => {
      // Another recording took its place meanwhile, which is no failure.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      this.isPlaying.value = false;
    });
  }

  /** Puts the position on the timeline, and the audio element with it. */
  private place(ms: number): void {
    this.positionMs.value = ms;
    const track = trackAt(this.tracks.peek(), ms);
    const { audio } = this;
    if (track === undefined || audio === undefined) return;
    const isOther = track.url !== this.track?.url || audio.error !== null;
    this.track = track;
    this.problem.value = track.isGone ? 'gone' : null;
    if (track.isGone) {
      this.isPlaying.value = false;
      audio.pause();
      return;
    }
    this.targetMs = ms;
    if (!isOther && audio.getAttribute('src') !== null) {
      this.moveAudio();
      return;
    }
    const wasPlaying = this.isPlaying.peek();
    audio.src = track.url;
    this.moveAudio();
    this.applySpeed();
    if (wasPlaying) this.start();
  }

  private moveAudio(): void {
    const { audio, track, targetMs } = this;
    if (audio === undefined || track === undefined || targetMs === null) return;
    // Without metadata this is only where it will begin; `loadedmetadata` comes here again.
    audio.currentTime = Math.max(0, targetMs - track.startMs) / 1_000;
  }

  /** Takes the length of a recording over that its provider did not measure. */
  private learnLength(): void {
    const { audio, track } = this;
    if (audio === undefined || track?.durationMs !== null || !Number.isFinite(audio.duration)) return;
    const measured = { ...track, durationMs: Math.round(audio.duration * 1_000) };
    this.tracks.value = this.tracks.peek().map((one) => (one === track ? measured : one));
    this.track = measured;
  }

  private arrive(): void {
    this.targetMs = null;
    this.follow();
  }

  /** Takes the time of the audio element over. */
  private follow(): void {
    const { audio, track } = this;
    if (audio === undefined || track === undefined || track.isGone || this.targetMs !== null) return;
    if (audio.seeking || audio.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    const next = this.tracks.peek()[this.tracks.peek().indexOf(track) + 1];
    // A recording may be a little longer than what its provider measured.
    const endMs = next === undefined ? Infinity : next.startMs - 1;
    this.positionMs.value = Math.min(track.startMs + audio.currentTime * 1_000, endMs);
    if (this.stopAtMs !== null && this.positionMs.peek() >= this.stopAtMs) audio.pause();
  }

  private startFrames(): void {
    this.isPlaying.value = true;
    cancelAnimationFrame(this.frame);
    const step = () => {
      this.follow();
      if (this.audio?.paused === false) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  private rest(): void {
    // The end of a recording is a pause too, but the next one follows.
    if (this.audio?.ended === true) return;
    this.follow();
    this.stopAtMs = null;
    this.isPlaying.value = false;
    this.restingMs.value = this.positionMs.peek();
  }

  private goOn(): void {
    const next = this.track === undefined ? undefined : trackAfter(this.tracks.peek(), this.track);
    if (next === undefined) {
      this.isPlaying.value = false;
      this.restingMs.value = this.positionMs.peek();
      return;
    }
    this.place(next.startMs);
  }

  private async explainError(): Promise<void> {
    const { track } = this;
    // An element without a source reports an error as well.
    if (track === undefined || this.audio?.getAttribute('src') === null) return;
    this.isPlaying.value = false;
    this.problem.value = 'failed';
    if (!(await isRemoved(track.url))) return;
    this.tracks.value = this.tracks.peek().map((one) => (one === track ? { ...one, isGone: true } : one));
    if (this.track !== track) return;
    this.track = { ...track, isGone: true };
    this.problem.value = 'gone';
  }
}
