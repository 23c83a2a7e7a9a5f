import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { OutboundAgents } from './outbound-agents.js';

@Global()
@Module({
  providers: [
    {
      provide: OutboundAgents,
      inject: [AppConfig],
      useFactory: ({ allowedPrivateNetworks }: AppConfig) => new OutboundAgents(allowedPrivateNetworks),
    },
  ],
  exports: [OutboundAgents],
})
export class OutboundModule {}
