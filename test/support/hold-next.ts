import type { SimulatorHooks } from '../../simulator/hooks.js';
import { Gate } from './gate.js';
import type { World } from './test-service.js';

/** Holds the next request at a moment of the simulator's; those after it pass. */
export function holdNext(world: World, moment: keyof SimulatorHooks): Gate {
  const gate = new Gate();
  const { hooks } = world.simulator;
  hooks[moment] = () => {
    Reflect.deleteProperty(hooks, moment);
    return gate.pass();
  };
  return gate;
}
