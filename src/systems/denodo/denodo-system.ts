import type { TaskType } from '../../domain/plan/plan.ts';
import type { System, TaskContext } from '../system.ts';
import { createBackupTasks } from './backup.ts';
import { createCacheTasks } from './cache.ts';
import { inspectVdp } from './inspect.ts';
import { createRollbackTasks } from './rollback.ts';
import { ended } from './script-outcome.ts';
import type { VdpNeeds } from './server.ts';
import { createVqlTasks, type TaskWork } from './vql.ts';

/** What the Denodo system is built with: its own part, and who performs what is no VQL. */
export interface DenodoSystemNeeds extends VdpNeeds {
  schedulerTasks: TaskWork;
  catalogSync: TaskWork;
}

/** `system: denodo`: VQL and caches on Virtual DataPort servers, tasks on Schedulers, Data Catalogs brought in line. */
export function createDenodoSystem(needs: DenodoSystemNeeds): System {
  const work: Partial<Record<TaskType, TaskWork>> = {
    VQL: createVqlTasks(needs),
    CACHE: createCacheTasks(needs),
    BACKUP: createBackupTasks(needs),
    ROLLBACK: createRollbackTasks(needs),
    SCH: needs.schedulerTasks,
    DATACATALOG_SYNC: needs.catalogSync,
  };
  const workFor = ({ task }: TaskContext): TaskWork => work[task.type] ?? unknownWork(task.type);
  return {
    perform: async (context, signal) => await workFor(context).perform(context, signal),
    probe: async (context, onSeen, signal) => await workFor(context).probe(context, onSeen, signal),
    end: async (context, signal) => await workFor(context).end(context, signal),
    inspect: async (plan, server, signal) => await inspectVdp(needs, plan, server, signal),
    check: async () => ({ state: 'not-run', reason: 'a Denodo server runs no steps' }),
    // Each task opens a connection of its own: single user mode belongs to it, and so does its database.
    prepare: () => undefined,
    release: async () => undefined,
  };
}

function unknownWork(type: TaskType): TaskWork {
  const refuse = async () => ended('error', `a Denodo server has no task ${type}`);
  return { perform: refuse, probe: refuse, end: refuse };
}
