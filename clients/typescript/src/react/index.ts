export { LongwireProvider, useClient } from './provider';
export { useConnection } from './use_connection';
export { usePresence, type PresenceView, type UsePresenceOptions } from './use_presence';
export { useStart, type StartState, type UsedStart } from './use_start';
export { useTask, type UsedTask } from './use_task';
export { useTopic, type TopicView, type UseTopicOptions } from './use_topic';
