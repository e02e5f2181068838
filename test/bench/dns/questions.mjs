// Files of questions for dnsperf, as whole messages in its binary form (`-B`), because its text form cannot say the
// payload size of EDNS: dnsperf always gives 4096. Knows nothing of the servers.
import { writeFileSync } from 'node:fs';
import dnsPacket from 'dns-packet';

/** A row of numbers that look random and are the same in every run (Lehmer's generator). */
export function seededNumbers(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** The list in an order that is the same in every run. */
export function shuffled(list, seed = 1) {
  const next = seededNumbers(seed);
  const copy = [...list];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [copy[at], copy[other]] = [copy[other], copy[at]];
  }
  return copy;
}

/** @param question `{ name, type, ednsBytes? }`; without `ednsBytes` there is no OPT record */
function encode({ name, type, ednsBytes }) {
  const additionals = ednsBytes ? [{ type: 'OPT', name: '.', udpPayloadSize: ednsBytes }] : [];
  return dnsPacket.streamEncode({ type: 'query', id: 0, questions: [{ name, type }], additionals });
}

/** Writes the questions into `file`, in their order. */
export const writeQuestions = (file, questions) =>
  writeFileSync(file, Buffer.concat(questions.map(encode)));

/** The services of a set without its probe. */
const namesOf = ({ services }) => services.slice(0, -1).map(({ service }) => service);

/** One question for each service. @returns a function of the set */
export const addresses =
  ({ type = 'A', ednsBytes } = {}) =>
  (set) =>
    namesOf(set).map((service) => ({ name: `${service}.service.consul`, type, ednsBytes }));

/** Each of `count` questions differs from all others: two types under two forms of each service's name. */
export const differing = (count) => (set) => {
  const forms = ['service.consul', 'service.dc1.consul'];
  const all = namesOf(set).flatMap((service) =>
    forms.flatMap((form) => ['A', 'SRV'].map((type) => ({ name: `${service}.${form}`, type }))),
  );
  return shuffled(all).slice(0, count);
};

/** Names with a tag, which `differing` has none of. */
export const tagged = (count) => (set) =>
  namesOf(set)
    .slice(0, count)
    .map((service) => ({ name: `v1.${service}.service.consul`, type: 'A' }));

/** Names that are not there, no two alike. */
export const absent = (count) => () => {
  const next = seededNumbers(2);
  return Array.from({ length: count }, (_, at) => ({
    name: `${next().toString(36).slice(2, 10)}-${at}.service.consul`,
    type: 'A',
  }));
};
