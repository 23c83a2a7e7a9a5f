import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../src/config/app-config.js';
import { freePort } from './free-port.js';

const MAIN = fileURLToPath(new URL('./s3-server-process.mjs', import.meta.url));

/**
 * `fauxqs` supports multipart uploads, lists objects like the real service, and accepts any
 * signature. `s3rver` checks signatures of requests and of URLs, but supports neither aborting an
 * upload nor listing with a current SDK.
 */
export type S3Kind = 'fauxqs' | 's3rver';

/** The only key of s3rver. */
const KEY = 'S3RVER';
const BUCKET = 'recordings';

/** A separate S3 server for a test, with an empty bucket. */
export class S3Server {
  private process: ChildProcess | undefined;

  private constructor(
    readonly kind: S3Kind,
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(kind: S3Kind): Promise<S3Server> {
    const server = await S3Server.prepare(kind);
    await server.resume();
    return server;
  }

  /** Chooses its port without starting it. */
  static async prepare(kind: S3Kind): Promise<S3Server> {
    return new S3Server(kind, await freePort(), await mkdtemp(join(tmpdir(), 'ringback-s3-')));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Returns the configuration of a storage, optionally with the URL of a proxy in front of it. */
  config(endpoint = this.url): S3Config {
    return {
      bucket: BUCKET,
      region: 'us-east-1',
      endpoint,
      pathStyle: true,
      accessKeyId: KEY,
      secretAccessKey: KEY,
    };
  }

  /** Returns the same configuration as environment variables of a service. */
  env(endpoint = this.url): Record<string, string> {
    return {
      STORAGE_S3_BUCKET: BUCKET,
      STORAGE_S3_ENDPOINT: endpoint,
      STORAGE_S3_KEY: KEY,
      STORAGE_S3_SECRET: KEY,
    };
  }

  async resume(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, this.kind, BUCKET, String(this.port), this.folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.process = child;
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${this.kind} ended instead of starting`);
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
  }

  /** Returns the keys of all objects, sorted. */
  async keys(): Promise<string[]> {
    return this.use(async (client) => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
      return Contents.map(({ Key }) => Key ?? '').sort();
    });
  }

  /** Returns the keys of all multipart uploads that are not complete, sorted. */
  async unfinishedKeys(): Promise<string[]> {
    return this.use(async (client) => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
      return Uploads.map(({ Key }) => Key ?? '').sort();
    });
  }

  async empty(): Promise<void> {
    const keys = await this.keys();
    await this.use(async (client) => {
      for (const key of keys) await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    });
  }

  async kill(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async use<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: this.url,
      forcePathStyle: true,
      credentials: { accessKeyId: KEY, secretAccessKey: KEY },
    });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
}
