// Runs an S3 server from npm in a separate process, so that a test can kill it. Prints its port
// when it listens. Arguments: kind, bucket, port, folder (s3rver only).
import { startFauxqs } from 'fauxqs';
import S3rver from '@20minutes/s3rver';

const [kind, bucket, port, folder] = process.argv.slice(2);

async function start() {
  if (kind === 'fauxqs') {
    return startFauxqs({ port: Number(port), logger: false, init: { buckets: [bucket] } });
  }
  const server = new S3rver({
    address: '127.0.0.1',
    port: Number(port),
    silent: true,
    directory: folder,
    configureBuckets: [{ name: bucket }],
    allowMismatchedSignatures: false,
  });
  return server.run();
}

const { port: listening } = await start();
process.stdout.write(`${listening}\n`);
