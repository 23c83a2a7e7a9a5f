/** The sender's description of a file. */
export interface DeclaredFile {
  fileName?: string;
  /** With or without parameters. */
  mimeType?: string;
}

/**
 * Extensions of recordings that are not detected by content: those that AssemblyAI accepts
 * (https://www.assemblyai.com/docs/faq/what-audio-and-video-file-types-are-supported-by-your-api),
 * and those that FFmpeg decodes.
 */
const OTHER_EXTENSIONS: readonly string[] = [
  ...['3ga', '8svx', 'aif', 'aifc', 'alac', 'alaw', 'awb', 'dts', 'eac3', 'gsm', 'm2a', 'm4b', 'm4p', 'm4r'],
  ...[
    'mka',
    'mlp',
    'mogg',
    'mp2',
    'mpga',
    'nist',
    'oga',
    'opus',
    'ra',
    'shn',
    'sln',
    'snd',
    'sph',
    'spx',
    'tak',
  ],
  ...['ulaw', 'vox', 'f4v', 'm2t', 'm2ts', 'm2v', 'mpeg', 'mts', 'nut', 'ogx', 'vob', 'wmv', 'wtv'],
];

/**
 * Whether the media type or the name declares a file to be a recording. Browsers declare their
 * recordings by media type.
 */
export function isDeclaredAudio({ fileName, mimeType }: DeclaredFile, known: ReadonlySet<string>): boolean {
  if (/^(?:audio|video)\/./i.test(mimeType?.trim() ?? '')) return true;
  const extension = /\.([a-z0-9]+)$/i.exec(fileName?.trim() ?? '')?.[1]?.toLowerCase();
  return extension !== undefined && (known.has(extension) || OTHER_EXTENSIONS.includes(extension));
}
