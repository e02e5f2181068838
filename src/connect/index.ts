export {
  type AuthorityOptions,
  CertificateAuthority,
  type Leaf,
  ROOT_TTL_MS,
  type Roots,
} from './authority.ts';
export { keyIdOfCertificate } from './certificates.ts';
export { LeafCertificates, type LeafOutcome } from './leaf-certificates.ts';
