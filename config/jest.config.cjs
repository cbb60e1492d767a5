/**
 * One jest for everything. Suites are few and big: loading mongoose and zod per file costs more than the
 * transform. `npm test` decides which projects can run on this machine (config/run/test.mjs).
 */
const path = require('node:path');

const rootDir = path.resolve(__dirname, '..');
const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022', transform: { react: { runtime: 'automatic' } } }, module: { type: 'commonjs' }, sourceMaps: 'inline' }];
const node = (name, globs) => ({
  displayName: name,
  rootDir,
  testEnvironment: 'node',
  testMatch: globs.map((glob) => `<rootDir>/test/${glob}`),
  transform: { '^.+\\.[tj]sx?$': swc, '^.+\\.mjs$': swc },
  // Packages that ship ES modules only; jest cannot require those as they are.
  transformIgnorePatterns: ['/node_modules/(?!(zod-openapi|hucre)/)'],
  moduleNameMapper: { '^@/(.*)$': '<rootDir>/miniapp/$1', '^@shared/(.*)$': '<rootDir>/shared/$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data', '<rootDir>/.cache'],
});
module.exports = {
  rootDir,
  // Only against hanging: two cores shared with others make honest tests slow.
  testTimeout: 60_000,
  projects: [
    node('rules', ['rules/**/*.test.ts', 'tidy.test.ts']),
    node('store', ['conformance/**/*.test.ts']),
    node('integration', ['integration/**/*.test.ts']),
    node('sim', ['sim/**/*.test.ts']),
    node('model', ['model/**/*.test.ts']),
    node('weapp', ['miniapp/**/*.test.ts']),
    node('browser', ['e2e/**/*.test.ts']),
  ],
};
