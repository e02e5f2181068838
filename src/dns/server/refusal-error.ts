/** The errors that a thread refuses with, made anew on the other side: a class does not survive the way between. */
import { ZoneError } from '../zone/zone-error.ts';
import { BindError } from './bind-error.ts';
import type { Refusal } from './protocol.ts';

export function errorOf(refusal: Refusal): Error {
  switch (refusal.kind) {
    case 'zones':
      return new ZoneError(refusal.faults);
    case 'bind':
      return new BindError(refusal.address, refusal.reason);
  }
}

/** @throws whatever is no refusal */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ZoneError) return { kind: 'zones', faults: error.faults };
  if (!(error instanceof BindError)) throw error;
  return { kind: 'bind', address: error.address, reason: error.reason };
}
