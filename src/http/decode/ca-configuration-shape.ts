/** The body of `PUT /v1/connect/ca/configuration`, and what of it is to be kept. */
import type { CaConfigurationRow, Json, Unversioned } from '../../catalog/index.ts';
import { HttpError } from '../errors.ts';
import { decodeBody } from './decode.ts';
import { anyJson, boolean, duration, type FieldsShape, integer, text } from './shape.ts';

const optional = <Of>(of: Of) => ({ kind: 'optional', of }) as const;

/** What the provider reads; keys match in any case, and there may be others. */
const providerShape = {
  kind: 'fields',
  goType: 'structs.ConsulCAProviderConfig',
  tolerant: true,
  fields: {
    LeafCertTTL: optional(duration),
    IntermediateCertTTL: optional(duration),
    RootCertTTL: optional(duration),
    PrivateKey: text,
    RootCert: text,
    PrivateKeyType: optional(text),
    PrivateKeyBits: optional(integer),
  },
} as const satisfies FieldsShape;

const configurationShape = {
  kind: 'fields',
  goType: 'structs.CAConfiguration',
  // What the server answers with comes back, too.
  tolerant: true,
  fields: { Provider: text, Config: providerShape, ForceWithoutCrossSigning: boolean },
  aliases: { force_without_cross_signing: 'ForceWithoutCrossSigning' },
} as const satisfies FieldsShape;

const keptShape = {
  ...configurationShape,
  fields: { Config: { kind: 'map', of: anyJson, goType: 'map[string]interface {}' } },
  aliases: {},
} as const satisfies FieldsShape;

/** @throws DecodeError; HttpError for what this authority does not do */
export function decodeCaConfiguration(body: string): Unversioned<CaConfigurationRow> {
  const { Provider, Config, ForceWithoutCrossSigning } = decodeBody(configurationShape, body);
  refuseProvider(Provider);
  refuseKeys(Config);
  return {
    leafTtlMs: Config.LeafCertTTL ?? null,
    intermediateTtlMs: Config.IntermediateCertTTL ?? null,
    rootTtlMs: Config.RootCertTTL ?? null,
    forceWithoutCrossSigning: ForceWithoutCrossSigning,
    other: otherKeys(decodeBody(keptShape, body).Config),
  };
}

const TTL_KEYS: ReadonlySet<string> = new Set([
  'leafcertttl',
  'intermediatecertttl',
  'rootcertttl',
]);

function otherKeys(config: Readonly<Record<string, Json>>): Record<string, Json> {
  const others = Object.entries(config).filter(([key]) => !TTL_KEYS.has(key.toLowerCase()));
  return Object.fromEntries(others);
}

/** Consul's other providers. */
const FOREIGN_PROVIDERS: ReadonlySet<string> = new Set(['vault', 'aws-pca']);

function refuseProvider(provider: string): void {
  if (provider === 'consul') return;
  if (FOREIGN_PROVIDERS.has(provider)) {
    throw unsupported(
      `the CA provider "${provider}" is not supported, only "consul" is`,
      'Provider',
    );
  }
  const reason = `unknown CA provider ${JSON.stringify(provider)}`;
  throw new HttpError('ca_configuration_invalid', reason, 'Provider');
}

function refuseKeys(config: {
  readonly PrivateKey: string;
  readonly RootCert: string;
  readonly PrivateKeyType: string | undefined;
  readonly PrivateKeyBits: number | undefined;
}): void {
  for (const name of ['PrivateKey', 'RootCert'] as const) {
    if (config[name] === '') continue;
    throw unsupported(`${name} is not supported: the root is made here`, `Config.${name}`);
  }
  const { PrivateKeyType: type = 'ec', PrivateKeyBits: bits = 256 } = config;
  if (type === 'ec' && bits === 256) return;
  const reason = `private keys of type ${JSON.stringify(type)} with ${bits} bits are not supported`;
  throw unsupported(`${reason}, only "ec" with 256 bits`, 'Config.PrivateKeyType');
}

function unsupported(reason: string, field: string): HttpError {
  return new HttpError('ca_unsupported', reason, field);
}
