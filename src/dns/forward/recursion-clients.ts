/** Which clients names are forwarded for: loopback, and the subnets of the configuration (RFC 5358 §4). */
import { AddressReader } from '../address-reader.ts';
import { SubnetSet } from '../limit/subnet-set.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export class RecursionClients {
  readonly #reader = new AddressReader();
  readonly #subnets: SubnetSet | undefined;

  /** @param allowed undefined: everyone */
  constructor(allowed: readonly string[] | undefined) {
    this.#subnets = allowed === undefined ? undefined : new SubnetSet([...LOOPBACK, ...allowed]);
  }

  get areAll(): boolean {
    return this.#subnets === undefined;
  }

  /** `address` as a socket gives it. */
  has(address: string): boolean {
    if (this.#subnets === undefined || address === '127.0.0.1') return true;
    return this.#subnets.has(this.#reader.read(address));
  }
}
