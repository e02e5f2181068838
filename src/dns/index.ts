export type { DnsOptions } from './options.ts';
export { BindError } from './server/bind-error.ts';
export { DnsService, type DnsServiceOptions } from './server/dns-service.ts';
export type { Endpoint } from './server/open-transports.ts';
export type { DnsStats, EndpointStats } from './server/protocol.ts';
export { parseSubnet } from './subnet.ts';
export type {
  CheckMark,
  TaggedAddress,
  ViewChange,
  ViewDelta,
  ViewInstance,
  ViewNode,
} from './view/delta.ts';
export { followView, type PublishedState } from './view/publish.ts';
export { ZoneError, type ZoneFault } from './zone/zone-error.ts';
