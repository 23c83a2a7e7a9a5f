import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'coverage/',
      '.data/',
      '*.js',
      '*.cjs',
      '.dependency-cruiser.cjs',
      '**/*.mjs',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      // Code is laid out by Prettier; comments are not.
      'max-len': ['error', { code: Infinity, comments: 100, ignoreUrls: true }],
      complexity: ['error', 15],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Environment is read in src/config only.' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest's modules are classes that only carry a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Nest requires classes for data: the DTOs' decorators describe object literals of their
      // shape.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['console/**'],
    languageOptions: { parserOptions: { jsxPragma: null } },
    rules: {
      // A component returns one tree, which is not split by its length.
      'max-lines-per-function': ['error', { max: 120, skipComments: true, skipBlankLines: true }],
      // Event handlers of elements return what their expression does.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/config/**', 'simulator/main.ts', 'commands/**', 'demo/**', 'bench/**', 'test/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['simulator/main.ts', 'demo/**', 'bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['src/**'],
    ignores: ['src/http/ids.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        ...[
          { name: '@nestjs/common', importNames: ['ParseUUIDPipe'] },
          { name: 'class-validator', importNames: ['IsUUID'] },
        ].map((restricted) => ({
          ...restricted,
          message: 'IdParam and IsId of src/http/ids.ts also normalize the spelling of the id.',
        })),
      ],
    },
  },
  {
    files: ['src/**'],
    // Migrations are older than the rule; deletions and expiry are not part of the state machines.
    ignores: ['src/chunks/**', 'src/database/migrations/**', 'src/privacy/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'CallExpression[callee.property.name=/^(updateTable|insertInto|mergeInto)$/] > Literal[value=/^(chunks|submissions)\\b/]',
          'Literal[value=/\\b(update|insert\\s+into|merge\\s+into)\\s+"?(chunks|submissions)\\b/i]',
          'TemplateElement[value.raw=/\\b(update|insert\\s+into|merge\\s+into)\\s+"?(chunks|submissions)\\b/i]',
        ].map((selector) => ({
          selector,
          message: 'Chunks and submissions are written in src/chunks only, which has both state machines.',
        })),
      ],
    },
  },
  {
    // A describe block holds many tests, so that the limit for functions does not fit.
    files: ['**/*.spec.ts', '**/*.once-spec.ts', 'test/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
