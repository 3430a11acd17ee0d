import type { Message } from '../protocol';
import { randomId } from '../random_id';

/** How a command may be sent. */
export interface Manner {
  /** Doing it a second time changes nothing, so it may be tried again where it may have been done already. */
  repeatable: boolean;
  /** It outlives a connection: it waits for one, and goes on to the next. Else it ends with its connection. */
  waits: boolean;
}

/** Of what is about one connection, such as its subscriptions. */
export const kOfConnection: Manner = { repeatable: true, waits: false };

/** Those that only look, and those after which all is as after the first time. */
const kRepeatable = new Set(['state', 'tasks', 'history', 'presence', 'workers', 'kinds', 'ledger', 'ping', 'cancel', 'attach']);
/** A repeated key is known to the cluster and leads to what the first has done. */
const kKeyed = new Set(['start', 'publish']);

/** The manner of a command that an application gives. An `input` has no key, so it is sent once: if its answer is lost,
 *  nobody but the application can know whether to say it again. */
export function mannerOf(cmd: string, fields: Message): Manner {
  const repeatable =
    kRepeatable.has(cmd) ||
    (cmd === 'run' && fields.run !== undefined) ||
    (kKeyed.has(cmd) && fields.key !== undefined);
  return { repeatable, waits: true };
}

/** Of commands that a key makes repeatable: with a key of ours where there is none. */
export function withKey(cmd: string, fields: Message): Message {
  return kKeyed.has(cmd) && fields.key === undefined ? { ...fields, key: randomId() } : fields;
}
