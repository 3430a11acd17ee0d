import type { LongwireError } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import type { TaskView } from '@longwire/client/task';
import { useState } from 'react';

interface CancelButton {
  /** It is being asked to end, or has been. */
  is_asked: boolean;
  /** Why it was not. */
  error: LongwireError | null;
  press: () => void;
}

/** A button that cancels a task. */
export function useCancel({ task, cancelling }: TaskView): CancelButton {
  const client = useClient();
  const [asked, setAsked] = useState<'no' | 'yes' | LongwireError>('no');
  const press = () => {
    setAsked('yes');
    client.cancel(task).catch((error: LongwireError) => setAsked(error));
  };
  return { is_asked: asked === 'yes' || cancelling, error: typeof asked === 'object' ? asked : null, press };
}
