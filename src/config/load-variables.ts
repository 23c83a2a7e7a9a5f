import { ConfigModule } from '@nestjs/config';
import { pickVariables } from './create-app-config.js';

/**
 * Reads the variables of Ringback by short name, from the environment of the process completed by
 * `.env` in the working directory, as the service does. Their values are not validated.
 */
export async function loadVariables(): Promise<Readonly<Record<string, string>>> {
  let variables: Readonly<Record<string, string>> = {};
  await ConfigModule.forRoot({
    validate: (source) => {
      variables = pickVariables(source);
      return {};
    },
  });
  return variables;
}
