/**
 * Attributes Taro's weapp templates drop unless listed. Template (build time) and runtime must agree on the
 * list, so both read it here. CommonJS, because the build requires it as it stands.
 */
const aria = Object.fromEntries(
  ['aria-role', 'aria-label', 'aria-hidden', 'aria-live', 'aria-checked', 'aria-selected', 'aria-expanded', 'aria-disabled', 'aria-modal'].map((name) => [name, '']),
);
// Only the components our kit draws with: every listed component makes the templates bigger.
module.exports = Object.fromEntries(['View', 'Text', 'Button', 'Input', 'ScrollView'].map((component) => [component, aria]));
