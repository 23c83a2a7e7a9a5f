import type { StorageConfig } from './app-config.js';
import type { EnvironmentVariables } from './environment.js';

/** Region in signatures for stores without regions: AWS's first region. */
const DEFAULT_REGION = 'us-east-1';

const DEPENDENT_VARIABLES = [
  'STORAGE_S3_REGION',
  'STORAGE_S3_ENDPOINT',
  'STORAGE_S3_KEY',
  'STORAGE_S3_SECRET',
  'STORAGE_S3_PATH_STYLE',
] as const satisfies (keyof EnvironmentVariables)[];

/**
 * Configures the audio store: a bucket, or a folder in DATA_DIR. An incomplete bucket configuration
 * is refused, as recordings would silently go to the folder.
 *
 * The key pair is required: URLs signed with the credentials of a role expire with these
 * credentials, after hours instead of three days.
 */
export function chooseStorage(
  env: EnvironmentVariables,
  report: (variable: string, problem: string) => void,
): StorageConfig {
  const { STORAGE_S3_BUCKET: bucket, STORAGE_S3_KEY: accessKeyId, STORAGE_S3_SECRET: secretAccessKey } = env;
  if (bucket === undefined) {
    const [given] = DEPENDENT_VARIABLES.filter((name) => env[name] !== undefined);
    if (given !== undefined) {
      report('STORAGE_S3_BUCKET', `is missing; ${given} is set, so give the name of the bucket`);
    }
    return { kind: 'local' };
  }
  if (accessKeyId === undefined) report('STORAGE_S3_KEY', 'is missing; give the access key id of the bucket');
  if (secretAccessKey === undefined) {
    report('STORAGE_S3_SECRET', 'is missing; give the secret of STORAGE_S3_KEY');
  }
  if (env.STORAGE_S3_REGION === undefined && env.STORAGE_S3_ENDPOINT === undefined) {
    report(
      'STORAGE_S3_REGION',
      'is missing; give the region of the bucket, or STORAGE_S3_ENDPOINT of another store',
    );
  }
  return {
    kind: 's3',
    bucket,
    region: env.STORAGE_S3_REGION ?? DEFAULT_REGION,
    endpoint: env.STORAGE_S3_ENDPOINT,
    pathStyle: env.STORAGE_S3_PATH_STYLE ?? true,
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
  };
}
