import { describe, expect, it } from 'vitest';
import { assetPath } from './asset-path.js';

describe('the path of an asset', () => {
  it.each([
    ['/', '/app/dist/index.html'],
    ['/index.html', '/app/dist/index.html'],
    ['/assets/index-1.js', '/app/dist/assets/index-1.js'],
    ['/assets/with%20space.svg', '/app/dist/assets/with space.svg'],
    ['/assets/../index.html', '/app/dist/index.html'],
    ['/..hidden', '/app/dist/..hidden'],
  ])('is below the folder: %s', (pathname, path) => {
    expect(assetPath('/app/dist', pathname)).toBe(path);
  });

  it.each([
    '/../secrets',
    '/..',
    '/assets/../../secrets',
    '/%2e%2e/secrets',
    '/..%2fsecrets',
    '/%2e%2e%2f%2e%2e%2fetc/passwd',
    '/..\\secrets',
    '/%5c..%5csecrets',
    '/a%00.html',
    '/%E0%A4%A',
    '/../dist-of-another/x.js',
    'index.html',
    '',
  ])('is none for what leaves the folder or cannot be read: %s', (pathname) => {
    expect(assetPath('/app/dist', pathname)).toBeUndefined();
  });
});
