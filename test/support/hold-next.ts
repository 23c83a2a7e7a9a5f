import type { SimulatorHooks } from '../../simulator/hooks.js';
import { Gate } from './gate.js';
import type { World } from './test-service.js';

/** Holds the next request at a hook of the simulator; later requests pass. */
export function holdNext(world: World, hook: keyof SimulatorHooks): Gate {
  const gate = new Gate();
  const { hooks } = world.simulator;
  hooks[hook] = () => {
    Reflect.deleteProperty(hooks, hook);
    return gate.pass();
  };
  return gate;
}
