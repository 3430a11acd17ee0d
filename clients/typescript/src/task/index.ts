export { emptyTask, foldTask, isOver, kLogsMax, ofSnapshot, type TaskView } from './task_view';
