import { parseArgs } from 'node:util';
import { assemblyAiLanguage } from '../../src/config/languages.js';
import { wrongUsage } from '../wrong-usage.js';

/** Formats of the result, with the extension of a file that holds it. */
const EXTENSIONS = { text: 'txt', md: 'md', json: 'json', srt: 'srt', vtt: 'vtt', docx: 'docx' } as const;
export type Format = keyof typeof EXTENSIONS;

const FORMATS = Object.keys(EXTENSIONS);
const FORMAT_LIST = `${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1) ?? ''}`;

/** The language is detected. */
const ANY_LANGUAGE = 'auto';

export const USAGE = `Usage: npm run transcribe --silent -- FILE... [options]

Turns a recording into text with the keys in .env; several are one conversation, in the given order.
Uses the Ringback at RINGBACK_URL, or one that runs here, or starts one and stops it afterwards.

  --format <format>  ${FORMAT_LIST} (default text)
  --out <folder>     write the result into this folder, named after the first file (default: print it)
  --language <tag>   language of the recordings, such as nl or es-419 (default ${ANY_LANGUAGE}: is detected)
  --hotwords <list>  names and terms that are likely to be said, separated by commas
  --speakers         label the speakers
  --help             show this

Exit codes: 0 every recording is transcribed, 1 one is not, 2 wrong usage, 78 wrong settings.
`;

export interface TranscribeArguments {
  files: string[];
  format: Format;
  /** Undefined: the result is printed. */
  out: string | undefined;
  language: string;
  hotwords: string | undefined;
  speakers: boolean;
}

export type ParsedArguments =
  { kind: 'run'; options: TranscribeArguments } | { kind: 'help' } | { kind: 'wrong'; problem: string };

export function parseTranscribeArguments(args: readonly string[]): ParsedArguments {
  try {
    const { values, positionals: files } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string', multiple: true, default: ['text'] },
        out: { type: 'string' },
        language: { type: 'string', default: ANY_LANGUAGE },
        hotwords: { type: 'string' },
        speakers: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const { format: formats, out, language, hotwords, speakers } = values;
    const [format, another] = formats;
    if (files.length === 0) return wrong('give at least one recording');
    if (another !== undefined) return wrong('give one --format only');
    if (format === undefined || !isFormat(format)) {
      return wrong(`--format is one of ${FORMAT_LIST}, not ${format ?? ''}`);
    }
    if (language !== ANY_LANGUAGE && assemblyAiLanguage(language) === undefined) {
      return wrong(
        `--language is a tag such as nl or es-419 of a language that can be transcribed, not ${language}`,
      );
    }
    if (out === '') return wrong('--out wants the name of a folder');
    return { kind: 'run', options: { files, format, out, language, hotwords, speakers } };
  } catch (error) {
    const problem = wrongUsage(error);
    if (problem === undefined) throw error;
    return wrong(problem);
  }
}

/** Returns the extension of files of a format, without the dot. */
export function extensionOf(format: Format): string {
  return EXTENSIONS[format];
}

function wrong(problem: string): ParsedArguments {
  return { kind: 'wrong', problem };
}

function isFormat(format: string): format is Format {
  return Object.hasOwn(EXTENSIONS, format);
}
