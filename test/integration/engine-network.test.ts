import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';

let bench: EngineBench;

beforeAll(async () => {
  bench = await makeEngineBench();
});
afterAll(() => bench.dispose());

/** A container that serves a page on port 80, and its address in its network. */
async function serve(network: string): Promise<{ id: string; address: string }> {
  const id = await bench.run('httpd -f -p 80 -h /www', { network });
  const { NetworkSettings } = await bench.docker.getContainer(id).inspect();
  return { id, address: NetworkSettings.Networks[network]?.IPAddress ?? '' };
}

async function inside(id: string, script: string): Promise<{ output: string; ms: number }> {
  const begun = Date.now();
  const { signal } = new AbortController();
  const options = { command: ['sh', '-c', script], signal, outputLimit: 10_000 };
  const { output } = valueOf(await bench.engine.exec(id, options));
  return { output: output.trim(), ms: Date.now() - begun };
}

/** Whether one packet comes back from an address. */
async function reaches(id: string, address: string): Promise<boolean> {
  const { output } = await inside(id, `ping -c 1 -W 2 ${address} >/dev/null 2>&1 && echo yes || echo no`);
  return output === 'yes';
}

describe('the network of a bay', () => {
  it('has no traffic with another bay’s, and none among its own containers', async () => {
    const [one, two] = [await bench.network(), await bench.network()];
    const here = await serve(one);
    const beside = await serve(one);
    const there = await serve(two);
    const pinger = { network: one, capabilities: ['NET_RAW', 'SETUID'] };
    const id = await bench.run('sleep 60', pinger);
    expect(await reaches(id, '127.0.0.1')).toBe(true);
    expect(await reaches(id, there.address)).toBe(false);
    expect(await reaches(id, beside.address)).toBe(false);
    expect(await reaches(id, here.address)).toBe(false);
  });

  it('has no way out, where one that was asked to have it has', async () => {
    const [isolated, outbound] = [await bench.network(), await bench.network(true)];
    // The bridge of a third network: an address beyond the container's own network that always answers.
    const third = await bench.docker.getNetwork(await bench.network()).inspect();
    const outside = (third as { IPAM: { Config: { Gateway: string }[] } }).IPAM.Config[0]?.Gateway ?? '';
    const capabilities = ['NET_RAW', 'SETUID'];
    const shut = await bench.run('sleep 60', { network: isolated, capabilities });
    const open = await bench.run('sleep 60', { network: outbound, capabilities });
    expect(await reaches(open, outside)).toBe(true);
    expect(await reaches(shut, outside)).toBe(false);
    // Root in there cannot give itself the way out either.
    const { output } = await inside(shut, 'ip route del default 2>&1');
    expect(output).toMatch(/not permitted/);
  });

  it('lets name lookups fail soon instead of hanging', async () => {
    const id = await bench.run('sleep 60', { network: await bench.network() });
    const { output, ms } = await inside(id, 'nc redis.example 80 2>&1; cat /etc/resolv.conf');
    expect(output).toMatch(/bad address/);
    expect(ms).toBeLessThan(4000);
    expect((await inside(id, 'ping -c 1 localhost 2>&1; hostname -i')).output).toMatch(/\d+\.\d+\.\d+\.\d+/);
  });

  it('is made once, however often and from how many sides it is asked for', async () => {
    const name = `slipway-test-${bench.stationId.slice(0, 8)}-once`;
    const ask = { name, labels: { 'io.slipway.bay': '1' }, outbound: false };
    const made = await Promise.all(Array.from({ length: 4 }, () => bench.engine.ensureNetwork(ask)));
    expect(made.map(codeOf)).toEqual(['ok', 'ok', 'ok', 'ok']);
    valueOf(await bench.engine.ensureNetwork(ask));
    const filters = JSON.stringify({ name: [name] });
    const found = await bench.docker.listNetworks({ filters });
    expect(found.length).toBe(1);
    expect(found[0]?.Labels).toMatchObject({
      'io.slipway.station': bench.stationId,
      'io.slipway.bay': '1',
    });
    valueOf(await bench.engine.removeNetwork(name));
    valueOf(await bench.engine.removeNetwork(name));
    expect(await bench.docker.listNetworks({ filters })).toEqual([]);
  });

  it('is made anew when a recipe asks for a way out, and back again', async () => {
    const name = await bench.network(false);
    valueOf(await bench.engine.ensureNetwork({ name, labels: {}, outbound: true }));
    const capabilities = ['NET_RAW', 'SETUID'];
    const open = await bench.run('sleep 60', { network: name, capabilities });
    expect((await inside(open, 'cat /etc/resolv.conf')).output).not.toContain('timeout:1');
    valueOf(await bench.engine.removeContainer(open));
    valueOf(await bench.engine.ensureNetwork({ name, labels: {}, outbound: false }));
    const shut = await bench.run('sleep 60', { network: name, capabilities });
    expect((await inside(shut, 'cat /etc/resolv.conf')).output).toContain('timeout:1');
  });

  it('is told apart by a station that did not make it itself', async () => {
    const name = await bench.network();
    const other = await makeEngineBench();
    try {
      // Another station's network is a stranger's.
      expect(codeOf(await other.engine.ensureNetwork({ name, labels: {}, outbound: false }))).toBe(
        'container-network-foreign',
      );
    } finally {
      await other.dispose();
    }
  });
});
