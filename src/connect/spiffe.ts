/**
 * Names of the mesh, as SPIFFE writes them: `spiffe://<trust domain>/ns/default/dc/<datacenter>/svc/<service>`. Pure.
 * Namespaces and partitions are Consul Enterprise's, and so the namespace is always `default`.
 */

/** What all names of one cluster begin with; it outlives roots. */
export function trustDomainOf(clusterId: string): string {
  return `${clusterId}.consul`;
}

/** The name in the certificate of the authority itself. */
export function authorityUri(trustDomain: string): string {
  return `spiffe://${trustDomain}`;
}

/** A slash in a name is escaped: nobody gets the name of another by it. */
export function serviceUri(trustDomain: string, datacenter: string, service: string): string {
  const [dc, svc] = [datacenter, service].map(encodeURIComponent);
  return `spiffe://${trustDomain}/ns/default/dc/${dc}/svc/${svc}`;
}
