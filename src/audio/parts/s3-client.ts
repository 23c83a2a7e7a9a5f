import { S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Idle time after which a connection is abandoned. */
const IDLE_TIMEOUT_MS = 30_000;
/** Each upload and each streamed read holds a connection for its whole duration. */
const MAX_SOCKETS = 256;
/**
 * Creates a client of an S3-compatible store. It works without the newer checksums that not all
 * stores support.
 */
export function createS3Client(config: S3Config): S3Client {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return new S3Client({
    region: config.region,
    endpoint: config.endpoint,
    forcePathStyle: config.pathStyle,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}
