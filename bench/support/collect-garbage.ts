/**
 * Makes SIGUSR2 trigger a garbage collection; imported into a service before it starts. Only after
 * a collection does the heap size show what is still in use.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
});
