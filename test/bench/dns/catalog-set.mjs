// What is loaded into the servers: services and their instances, as registrations over HTTP for rollcall and as a zone
// with the same records for the others. Knows nothing of how either is loaded.

const NODES = 1000;

/** Sets by name: how many services, and how many instances each has. */
const SHAPES = {
  three: { services: 10_000, instancesEach: 3 },
  ten: { services: 10_000, instancesEach: 10 },
  single: { services: 100_000, instancesEach: 1 },
};

/** Numbers of instances of the names in the set `sizes`; the name is `size-<instances>`. */
export const SIZES = [1, 10, 100, 1000, 5000];

/** The last service of every set, with two instances, for whoever asks when a change is seen. */
const PROBE = 'probe';

function shapeOf(setName) {
  const { services = 0, instancesEach } = SHAPES[setName] ?? {};
  const names = Array.from({ length: services }, (_, at) => [`svc-${at}`, instancesEach]);
  const sizes = setName === 'sizes' ? SIZES.map((size) => [`size-${size}`, size]) : [];
  return [...names, ...sizes, [PROBE, 2]];
}

const address = (at) => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;

/** The set of a name: `{ name, services: [{ service, instances: [{ id, node, nodeAddress, address, port }] }] }`. */
export function catalogSet(name) {
  let at = 0;
  const services = shapeOf(name).map(([service, count]) => ({
    service,
    instances: Array.from({ length: count }, () => {
      at += 1;
      const node = at % NODES;
      const nodeAddress = `172.16.${node >> 8}.${node & 255}`;
      return { id: `i-${at}`, node: `node-${node}`, nodeAddress, address: address(at), port: 8080 };
    }),
  }));
  return { name, services };
}

/** Body of `PUT /v1/catalog/register` that makes an instance with one passing check. */
export const registration = (service, { id, node, nodeAddress, address, port }) => ({
  Node: node,
  Address: nodeAddress,
  Service: { ID: id, Service: service, Address: address, Port: port, Tags: ['v1'] },
  Check: { CheckID: `check-${id}`, Name: 'alive', Status: 'passing', ServiceID: id },
});

/** Body of `PUT /v1/catalog/register` that changes nothing but the status of an instance's check. */
export const statusChange = ({ id, node, nodeAddress }, status) => ({
  Node: node,
  Address: nodeAddress,
  Check: { CheckID: `check-${id}`, Name: 'alive', Status: status, ServiceID: id },
});

const hexOf = (text) =>
  text
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('');

/**
 * The zone `consul.` as rollcall answers it: the addresses and SRV records of each service, under both forms of its
 * name, and the names that SRV records lead to. The name server is out of the zone, so that it adds no glue.
 */
export function zoneText({ services }) {
  const lines = [
    '$ORIGIN consul.',
    '$TTL 0',
    '@ SOA ns hostmaster 1 3600 600 86400 0',
    '@ NS ns.x.',
  ];
  for (const { service, instances } of services) {
    for (const owner of [`${service}.service`, `${service}.service.dc1`]) {
      for (const { address, port } of instances) {
        lines.push(`${owner} A ${address}`, `${owner} SRV 1 1 ${port} ${hexOf(address)}.addr.dc1`);
      }
    }
    for (const { address } of instances) lines.push(`${hexOf(address)}.addr.dc1 A ${address}`);
  }
  return `${lines.join('\n')}\n`;
}
