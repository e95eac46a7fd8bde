import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { isPublicAddress, publicLookup, requirePublicHost } from '../../src/media/public-address.ts';

describe('an address', () => {
  it.each(
    (
      '1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 192.169.0.1 223.255.255.255 ' +
      '2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808'
    ).split(' '),
  )('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(
    (
      '0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254 172.16.0.1 ' +
      '172.31.255.255 192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 ' +
      ':: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1 fc00::1 ' +
      'fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 localhost 1.2.3 '
    ).split(' '),
  )('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a host', () => {
  it.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
    'LOCALHOST.',
    'x.localhost',
    'metadata.google.internal',
  ])('%s is refused', async (host) => {
    await expect(requirePublicHost(host)).rejects.toThrow(InputError);
  });

  it('of a public address passes', async () => {
    await requirePublicHost('8.8.8.8');
    await requirePublicHost('[2606:4700:4700::1111]');
  });

  it('of a number that stands for a local address is refused, as the URL parser writes it', async () => {
    for (const host of ['2130706433', '0x7f.1', '017700000001', '127.1']) {
      await expect(requirePublicHost(new URL(`http://${host}/`).hostname)).rejects.toThrow(InputError);
    }
  });
});

describe('the look-up of a connection', () => {
  /** A name service that answers so. */
  const answering = (...addresses: LookupAddress[]) =>
    publicLookup(((
      _hostname: string,
      _options: object,
      done: (error: Error | null, addresses: LookupAddress[]) => void,
    ) => done(null, addresses)) as never);
  const look = (lookup: ReturnType<typeof publicLookup>, options: object) =>
    new Promise((resolve, reject) =>
      lookup('example.com', options, (error, address) => (error ? reject(error) : resolve(address))),
    );

  const open = { address: '8.8.8.8', family: 4 };
  const local = { address: '169.254.169.254', family: 4 };

  it('gives what is public, all or the first', async () => {
    const lookup = answering(open, { address: '1.1.1.1', family: 4 });
    expect(await look(lookup, { all: true })).toEqual([open, { address: '1.1.1.1', family: 4 }]);
    expect(await look(lookup, {})).toBe('8.8.8.8');
  });

  it('refuses a name as soon as one of its addresses is local', async () => {
    await expect(look(answering(local), { all: true })).rejects.toThrow(/example\.com.*169\.254\.169\.254/);
    await expect(look(answering(open, local), {})).rejects.toThrow(InputError);
    await expect(look(answering(), {})).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
