/** The sender's own word on what a file is. */
export interface DeclaredFile {
  fileName?: string;
  /** With or without parameters. */
  mimeType?: string;
}

/**
 * Extensions of recordings beside those that are told by content: what AssemblyAI takes
 * (https://www.assemblyai.com/docs/faq/what-audio-and-video-file-types-are-supported-by-your-api), and what FFmpeg decodes.
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

/** Whether a file is said to be a recording, by its media type or its name. Browsers say so of what they record. */
export function isDeclaredAudio({ fileName, mimeType }: DeclaredFile, known: ReadonlySet<string>): boolean {
  if (/^(?:audio|video)\/./i.test(mimeType?.trim() ?? '')) return true;
  const extension = /\.([a-z0-9]+)$/i.exec(fileName?.trim() ?? '')?.[1]?.toLowerCase();
  return extension !== undefined && (known.has(extension) || OTHER_EXTENSIONS.includes(extension));
}
