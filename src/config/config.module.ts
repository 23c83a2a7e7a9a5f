import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';
import { AppConfig } from './app-config.js';
import { createAppConfig } from './create-app-config.js';

const APP_CONFIG_KEY = 'app';

@Module({})
export class ConfigModule {
  /**
   * Reads the environment, completed by `.env` in the working directory, and provides AppConfig
   * globally.
   *
   * @param environment the whole environment when given; no `.env` is read then
   * @throws ConfigError before anything else of the application is created
   */
  static async load(
    environment?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ module: DynamicModule; config: AppConfig }> {
    let config: AppConfig | undefined;
    const nestConfig = await NestConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: environment !== undefined,
      validate: (variables) => {
        config = createAppConfig(environment ?? variables);
        return { [APP_CONFIG_KEY]: config };
      },
    });
    if (config === undefined) throw new TypeError('the configuration was not validated');
    const module: DynamicModule = {
      module: ConfigModule,
      global: true,
      imports: [nestConfig],
      providers: [
        {
          provide: AppConfig,
          inject: [ConfigService],
          useFactory: (service: ConfigService) => service.getOrThrow<AppConfig>(APP_CONFIG_KEY),
        },
      ],
      exports: [AppConfig],
    };
    return { module, config };
  }
}
