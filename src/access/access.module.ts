import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';

/**
 * Puts the guard before every root operation and every HTTP handler of the process. `Ports` and `BOOTSTRAP_KEY` come
 * from the porch's global module.
 */
@Module({
  providers: [
    {
      provide: APP_GUARD,
      useClass: AccessGuard,
    },
  ],
})
export class AccessModule {}
