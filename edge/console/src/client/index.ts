export { backoffDelay, type BackoffOptions } from './backoff';
export {
  Client,
  type ClientOptions,
  type Clock,
  type ConnectionState,
  type FilterListener,
  type SocketLike,
} from './client';
export { TopicCursor } from './cursor';
export { matches } from './filter';
export { Subscription, type TopicListener } from './subscription';
export * from './types';
