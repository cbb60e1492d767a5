/** Babel for the families' client only; named by config/index.ts, so that no other tool picks it up from the root. */
module.exports = {
  presets: [['taro', { framework: 'react', ts: true, compiler: 'webpack5', useBuiltIns: false }]],
};
