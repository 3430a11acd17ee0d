export type * from '../dialects';
export { AguiRun, runAgui, type AguiEvent, type AguiOptions } from './agui';
export { connectCoordination, CoordinationConnection, type CoordinationAnswer, type CoordinationMessage } from './coordination';
export { ProductConnection, type ProductOptions } from './product_connection';
export { connectGuide, connectLiaison, SessionConnection, type SessionOptions } from './session_chat';
export { connectStream, StreamConnection } from './stream';
export { connectTask, createTask, TaskConnection, type TaskOptions } from './task';
export { connectTracking, TrackingConnection, type TrackingOptions } from './tracking';
