/** Why there is no sound: `insecure` needs HTTPS, `refused` a permission, `missing` a device. */
export type MicrophoneTrouble = 'insecure' | 'refused' | 'missing' | 'busy' | 'unsupported';

export class MicrophoneError extends Error {
  override readonly name = 'MicrophoneError';

  constructor(
    readonly trouble: MicrophoneTrouble,
    options?: ErrorOptions,
  ) {
    super(`no microphone: ${trouble}`, options);
  }
}

/** Names of the browsers' errors (Media Capture and Streams, section 10.2.2). */
const TROUBLES: Readonly<Record<string, MicrophoneTrouble>> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** @throws MicrophoneError */
export async function openMicrophone(): Promise<MediaStream> {
  if (!isSecureContext) throw new MicrophoneError('insecure');
  // The types promise what old browsers do not have.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined || !('MediaRecorder' in window)) throw new MicrophoneError('unsupported');
  try {
    return await devices.getUserMedia({ audio: true });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    throw new MicrophoneError(TROUBLES[name] ?? 'busy', { cause: error });
  }
}
