import type { OpenAPIObject } from '@nestjs/swagger';

// The package exports the type of a whole document only.
export type Components = NonNullable<OpenAPIObject['components']>;
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
export type Parameter = NonNullable<Operation['parameters']>[number];
export type Response = NonNullable<Operation['responses'][string]>;
export type Content = NonNullable<Exclude<Response, { $ref: string }>['content']>;
export type Schema = NonNullable<Components['schemas']>[string];
