export {
  type AuthorityOptions,
  CertificateAuthority,
  type Leaf,
  type Roots,
  type SetConfiguration,
} from './authority.ts';
export { keyIdOfCertificate } from './certificates.ts';
export { configurationOf, ttlProblem } from './configuration.ts';
export { LeafCertificates, type LeafOutcome } from './leaf-certificates.ts';
