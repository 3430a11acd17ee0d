import { useEffect, useState } from 'react';
import { Pause } from '../model/pause';
import { goTo, tasksHref, type TasksRoute } from '../shell/route';

const kPauseMs = 400;

interface FilterText {
  text: string;
  type: (text: string) => void;
  /** What has been typed so far is meant. */
  rest: () => void;
}

/** The words that filter the list. They are in the address, where each pause in typing them is a step that leads back. */
export function useFilterText(route: TasksRoute): FilterText {
  const [typed, setTyped] = useState({ text: route.text, on: route });
  const [pause] = useState(() => new Pause(kPauseMs));
  // What was typed at another address is over.
  useEffect(() => () => pause.drop(), [pause, route]);
  const type = (text: string) => {
    setTyped({ text, on: route });
    pause.after(() => {
      if (text !== route.text) goTo(tasksHref({ ...route, text }));
    });
  };
  return { text: typed.on === route ? typed.text : route.text, type, rest: () => pause.end() };
}
