/**
 * Imported into a service before it starts: SIGUSR2 then makes it collect its garbage. What a process holds cannot be told
 * from what it has not yet thrown away in any other way.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
});
