/**
 * The options that answers depend on, as they are at this moment, made quick to read. A reload replaces them as a
 * whole between two queries. Everyone who needs them holds this, never a copy.
 */
import type { AnswerOptions, ProtocolOptions } from '../options.ts';
import { compileServiceTtls, type ServiceTtls } from './service-ttl.ts';

export interface ResponderOptions {
  readonly answer: AnswerOptions;
  readonly protocol: ProtocolOptions;
  /** Whether there is an upstream: the RA bit, and who is asked about what the parent zone owns. */
  readonly recursionAvailable: boolean;
}

export class Settings {
  #answer: AnswerOptions;
  #recursionAvailable: boolean;
  #serviceTtls: ServiceTtls;

  constructor({ answer, recursionAvailable }: ResponderOptions) {
    this.#answer = answer;
    this.#recursionAvailable = recursionAvailable;
    this.#serviceTtls = compileServiceTtls(answer.serviceTtlSeconds);
  }

  replace({ answer, recursionAvailable }: ResponderOptions): void {
    this.#answer = answer;
    this.#recursionAvailable = recursionAvailable;
    this.#serviceTtls = compileServiceTtls(answer.serviceTtlSeconds);
  }

  get answer(): AnswerOptions {
    return this.#answer;
  }

  get recursionAvailable(): boolean {
    return this.#recursionAvailable;
  }

  /** TTL of the answers of the service with this lower-cased name. */
  serviceTtlSeconds(service: string): number {
    return this.#serviceTtls(service);
  }
}
