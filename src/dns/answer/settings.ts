/**
 * The options that answers depend on, as they are at this moment, made quick to read. A reload replaces them as a
 * whole between two queries. Everyone who needs them holds this, never a copy.
 */
import type { AnswerOptions, ProtocolOptions } from '../options.ts';
import { compileRules, type SelectionRules } from '../view/selection-rules.ts';
import { compileServiceTtls, type ServiceTtl, type ServiceTtls } from './service-ttl.ts';

export interface ResponderOptions {
  readonly answer: AnswerOptions;
  readonly protocol: ProtocolOptions;
  /** Whether there is an upstream: the RA bit, and who is asked about what the parent zone owns. */
  readonly recursionAvailable: boolean;
}

interface Compiled {
  readonly options: ResponderOptions;
  readonly serviceTtls: ServiceTtls;
  readonly rules: SelectionRules;
}

export class Settings {
  #now: Compiled;

  constructor(options: ResponderOptions) {
    this.#now = compile(options);
  }

  replace(options: ResponderOptions): void {
    this.#now = compile(options);
  }

  get answer(): AnswerOptions {
    return this.#now.options.answer;
  }

  get protocol(): ProtocolOptions {
    return this.#now.options.protocol;
  }

  get recursionAvailable(): boolean {
    return this.#now.options.recursionAvailable;
  }

  /** Which instances are answered, and in which order. */
  get rules(): SelectionRules {
    return this.#now.rules;
  }

  /** TTL of the answers of the service with this lower-cased name, and where it is set. */
  serviceTtl(service: string): ServiceTtl {
    return this.#now.serviceTtls(service);
  }
}

function compile(options: ResponderOptions): Compiled {
  return {
    options,
    serviceTtls: compileServiceTtls(options.answer.serviceTtlSeconds),
    rules: compileRules(options.answer),
  };
}
