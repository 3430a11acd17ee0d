// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type * from './agui';
export type * from './coordination';
export type * from './sessions';
export type * from './stream';
export type * from './tasks';
export type * from './tracking';
