import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { InputError } from '../errors.ts';

/**
 * IPv4 addresses that are nobody's on the public internet: loopback, private, link-local, metadata services,
 * documentation, multicast. IANA's special-purpose registry (RFC 6890), and the address behind which Azure serves its
 * own machines.
 */
const SPECIAL_IPV4 = (
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 ' +
  '192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
).split(' ');
/** Of IPv6 only this is given out to the public internet (IANA, "IPv6 Global Unicast Address Assignments"). */
const GLOBAL_IPV6 = ['2000::/3'];
/** Within it: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Names that no public name service answers for; where a proxy looks names up, they are all we can go by. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|lan|home|home\.arpa)$/;

/** Whether an IP address is one of the public internet, also as IPv4-mapped (::ffff:0:0/96) or NAT64 (64:ff9b::/96). */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !ranges(SPECIAL_IPV4).check(address);
  // One with a zone (fe80::1%eth0) is of the local link.
  if (family !== 6 || address.includes('%')) return false;
  const inner = embeddedIPv4(address);
  if (inner !== undefined) return isPublicAddress(inner);
  return ranges(GLOBAL_IPV6).check(address, 'ipv6') && !ranges(SPECIAL_IPV6).check(address, 'ipv6');
}

/**
 * Refuses a host that is known not to be public before anything is sent. A name may be looked up by a proxy instead of
 * here: then one that is not found here passes.
 * @throws InputError for an address or name that is local, or a name with any such address
 */
export async function requirePublicHost(hostname: string): Promise<void> {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  if (isIP(host) !== 0) {
    if (!isPublicAddress(host)) throw notPublic(host);
    return;
  }
  if (LOCAL_NAME.test(host)) throw notPublic(host);
  const found = await new Promise<{ address: string }[]>((resolve) =>
    systemLookup(host, { all: true }, (error, addresses) => resolve(error ? [] : addresses)),
  );
  const local = found.find(({ address }) => !isPublicAddress(address));
  if (local) throw notPublic(host, local.address);
}

/**
 * Looks a name up for a connection, which then goes to the very addresses that were checked: a name cannot show a public
 * address to the check and another to the connection.
 */
export function publicLookup(lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const local = error ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
      const fault = error ?? (local && notPublic(hostname, local.address));
      const [first] = fault ? [] : addresses;
      if (first === undefined) callback(fault ?? notFound(hostname), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function notPublic(host: string, address?: string): InputError {
  return new InputError(
    `${host} ${address === undefined ? 'is' : `has the address ${address},`} not an address of the public internet`,
    { hint: '--allow-private-urls fetches from this machine and its network too' },
  );
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' });
}

const made = new Map<readonly string[], BlockList>();

function ranges(texts: readonly string[]): BlockList {
  const known = made.get(texts);
  if (known) return known;
  const list = new BlockList();
  for (const text of texts) {
    const [network = '', bits] = text.split('/');
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  made.set(texts, list);
  return list;
}

/** The IPv4 address in the last four bytes of the forms that stand for one. */
function embeddedIPv4(address: string): string | undefined {
  // The URL parser writes every IPv6 address in one way: hexadecimal, with "::" for the longest run of zeros.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high = '0', low] =
    /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (low === undefined) return undefined;
  const value = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}
