import { resolve } from 'node:path';
import { ConfigError } from '../../src/config/config-error.js';
import { EnvironmentVariables } from '../../src/config/environment.js';
import { splitList } from '../../src/config/lists.js';
import { loadVariables } from '../../src/config/load-variables.js';

/** Entry of API_KEYS that holds the hash of a key, which opens nothing. */
const HASHED_KEY = /^[^=]*=sha256:/;
/** Hosts that mean every interface, one of which is the loopback interface. */
const EVERY_INTERFACE: readonly string[] = ['0.0.0.0', '::', '[::]'];

const MAX_PORT = 65_535;

export interface Settings {
  /** RINGBACK_URL, without a slash at its end. */
  chosenUrl: string | undefined;
  /** Address of the service of this folder, when it runs. */
  defaultUrl: string;
  apiKey: string | undefined;
  /** Port for a service of the command's own, if it is free; 0 for any. */
  port: number;
  /** Absolute path. */
  dataDir: string;
  /** Whether AssemblyAI's copies are to be deleted as soon as they are no longer needed. */
  deletesAtProvider: boolean;
}

/**
 * Reads the settings of the command; those of the service are validated when it starts.
 *
 * @throws ConfigError for an unusable RINGBACK_URL
 */
export async function readSettings(): Promise<Settings> {
  const variables = await loadVariables();
  const defaults = new EnvironmentVariables();
  const { HOST = defaults.HOST, PORT = String(defaults.PORT), DATA_DIR = defaults.DATA_DIR } = variables;
  const [apiKey] = splitList(variables.API_KEYS).filter((entry) => !HASHED_KEY.test(entry));
  return {
    chosenUrl: variables.RINGBACK_URL === undefined ? undefined : baseUrl(variables.RINGBACK_URL),
    defaultUrl: `http://${reachable(HOST)}:${PORT}`,
    apiKey: variables.RINGBACK_API_KEY ?? apiKey,
    port: isPort(PORT) ? Number(PORT) : 0,
    dataDir: resolve(DATA_DIR),
    deletesAtProvider: variables.DELETE_AT_PROVIDER?.toLowerCase() === 'true',
  };
}

function baseUrl(value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value.replace(/\/+$/, '');
  const problem = 'is not a usable URL; give one such as http://127.0.0.1:3000, or unset it';
  throw new ConfigError([{ variable: 'RINGBACK_URL', problem }]);
}

function isPort(value: string): boolean {
  return /^\d+$/.test(value) && Number(value) <= MAX_PORT;
}

function reachable(host: string): string {
  if (EVERY_INTERFACE.includes(host)) return '127.0.0.1';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
