/**
 * What the system tells the process: to stop, twice to stop at once, or to read its configuration again. Listened to
 * from before the first part starts until after the last has stopped: a signal in between must not end the process.
 */

export interface SignalHandlers {
  readonly stop: (signal: NodeJS.Signals) => void;
  readonly reload: () => void;
}

/** Exit status of a process that was told twice. */
const IMPATIENT = 1;

/** @returns stops listening */
export function listenToSignals({ stop, reload }: SignalHandlers): () => void {
  let told = false;
  const onStop = (signal: NodeJS.Signals): void => {
    if (told) process.exit(IMPATIENT);
    told = true;
    stop(signal);
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  process.on('SIGHUP', reload);
  return () => {
    process.off('SIGINT', onStop);
    process.off('SIGTERM', onStop);
    process.off('SIGHUP', reload);
  };
}
