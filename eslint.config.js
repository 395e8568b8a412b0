import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** A folder may not import what stands here; each line is an import rule of docs/architecture.md. */
function forbidImports(files, forbidden, why) {
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden.map((regex) => ({ regex, message: why })) }],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'release', '.cache', 'test-results', 'node_modules'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte', '**/*.svelte.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-properties': [
        'error',
        {
          object: 'AbortSignal',
          property: 'timeout',
          message: 'Use `within`: under AbortSignal.any its timer goes with the garbage, and never fires.',
        },
      ],
      // `return fail(…)` is how an early end reads here, also where nothing is returned.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // A call that returns nothing is `returns<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: tseslint.parser },
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: globals.node },
  },
  {
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  { files: ['src-*/**'], rules: { 'no-console': 'error' } },
  forbidImports(
    ['src-shared/**'],
    ['^node:', '^electron', 'src-main/', 'src-renderer/', '^(fs|path|os|child_process|events|stream|util)$'],
    'src-shared holds what both halves say to each other: no node, no DOM, no electron, neither half.',
  ),
  forbidImports(
    ['src-main/core/**'],
    ['^electron', '/(ipc|cli|electron|preload)/', 'src-renderer/'],
    'core is the station itself: it runs in plain Node and knows no front of it.',
  ),
  forbidImports(
    ['src-main/cli/**'],
    ['^electron', '/(electron|ipc|preload)/', 'src-renderer/'],
    'The command line is the same station without a window: plain Node.',
  ),
  forbidImports(
    ['src-main/ipc/**'],
    ['/(cli|preload)/', 'src-renderer/'],
    'ipc serves the contract; no logic, no other front.',
  ),
  forbidImports(
    ['src-main/electron/**'],
    ['/(cli|preload)/', 'src-renderer/'],
    'The shell composes core and ipc only.',
  ),
  forbidImports(
    ['src-main/preload/**'],
    ['/(core|cli|electron|ipc)/', 'src-renderer/', '^node:'],
    'The preload is one bridge: call and subscribe.',
  ),
  forbidImports(
    ['src-renderer/**'],
    ['^electron', '^node:', 'src-main/'],
    'The renderer draws what it is told through the contract.',
  ),
  forbidImports(
    ['src-renderer/ui/**'],
    ['/(features|state|client)/', '^electron', '^node:', 'src-main/'],
    'ui knows no stations.',
  ),
);
