import { describe, expect, it } from 'vitest';
import { maskSecrets } from './mask.js';

const options = {
  secretNames: new Set(['magicNumber', 'pin', 'certificate']),
  redact: (text: string) => text.replaceAll('0ld-Value', '•••'),
};

describe('a container’s description', () => {
  it('shows no value of a variable that a recipe calls secret, nor that value anywhere else', () => {
    const answer = {
      Args: ['--key', '8974c408d831', 'x8974c408d831y'],
      Config: {
        Env: ['magicNumber=8974c408d831', 'PATH=/bin', 'URL=http://h/?k=8974c408d831'],
        Labels: { note: 'key 8974c408d831', '8974c408d831': 'as a name' },
      },
      Size: 7,
      Nothing: null,
    };
    expect(maskSecrets(answer, options)).toEqual({
      Args: ['--key', '•••', 'x•••y'],
      Config: {
        Env: ['magicNumber=•••', 'PATH=/bin', 'URL=http://h/?k=•••'],
        Labels: { note: 'key •••', '•••': 'as a name' },
      },
      Size: 7,
      Nothing: null,
    });
  });

  it('masks a short secret in its own place only: its like is everywhere', () => {
    expect(maskSecrets({ Env: ['pin=12'], Port: '12' }, options)).toEqual({ Env: ['pin=•••'], Port: '12' });
  });

  it('finds each line of a secret that has several', () => {
    const answer = { Env: ['certificate=-----BEGIN\nabcdef\r\nxyz'], Cmd: ['echo', 'abcdef'] };
    expect(maskSecrets(answer, options)).toEqual({ Env: ['certificate=•••'], Cmd: ['echo', '•••'] });
  });

  it('masks by name what calls itself a secret, without looking for its value elsewhere', () => {
    const answer = { Env: ['LICENSE_FILE=/workspace', 'TOKEN='], Source: '/workspace' };
    expect(maskSecrets(answer, options)).toEqual({
      Env: ['LICENSE_FILE=•••', 'TOKEN='],
      Source: '/workspace',
    });
  });

  it('masks what the secret store knows, also a value that was changed since', () => {
    expect(maskSecrets({ Cmd: ['0ld-Value'] }, options)).toEqual({ Cmd: ['•••'] });
  });
});
