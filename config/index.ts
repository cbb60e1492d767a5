/**
 * Taro build: one source in miniapp/, two outputs, dist/weapp and dist/h5. Everything is measured in real px
 * (pxtransform off): with rpx or rem by width a 320 px phone would get the smallest letters, and it is the
 * phone an old person has. Scaling is ours, by the `--u` unit in miniapp/styles.
 */
import path from 'node:path';
import { defineConfig, type UserConfigExport } from '@tarojs/cli';
import type Chain from 'webpack-chain';
import { NoFunctionConstructor } from './plugins/no-function-constructor';

const root = path.resolve(__dirname, '..');
const isH5 = process.env.TARO_ENV === 'h5';
const babelConfig = path.join(root, 'config/plugins/babel.config.cjs');
const shared = path.join(root, 'shared');

/** Empty in H5 means: same origin, relative to the page. */
const apiBase = process.env.API_BASE ?? (isH5 ? '' : 'http://127.0.0.1:8080');

function useOurBabel(chain: Chain): void {
  chain.module.rule('script').use('babelLoader').tap((options) => ({ ...options, configFile: babelConfig, babelrc: false }));
}

// Shipped as ES5 or already down-levelled: sending them through babel costs time, or breaks them.
const leaveAsTheyAre = /node_modules[\\/](core-js|react|react-dom|scheduler|webpack|@babel|html-webpack-plugin|css-loader|style-loader)[\\/]/;

export default defineConfig<'webpack5'>(async () => {
  const config: UserConfigExport<'webpack5'> = {
    projectName: 'fair-queue',
    date: '2026-11-21',
    designWidth: 375,
    deviceRatio: { 375: 1 },
    sourceRoot: 'miniapp',
    outputRoot: isH5 ? 'dist/h5' : 'dist/weapp',
    plugins: isH5 ? [] : [path.join(root, 'config/plugins/aria.ts')],
    framework: 'react',
    compiler: { type: 'webpack5', prebundle: { enable: false } },
    cache: { enable: false },
    logger: { quiet: false, stats: false },
    alias: { '@': path.join(root, 'miniapp'), '@shared': shared },
    defineConstants: { API_BASE: JSON.stringify(apiBase) },
    mini: {
      optimizeMainPackage: { enable: true },
      webpackChain(chain, webpack) {
        useOurBabel(chain);
        // webpack-chain's types do not know `sideEffects`, webpack does.
        (chain.module.rule('eio').test(/[\\/]node_modules[\\/](engine|socket)\.io-(client|parser)[\\/]build/) as unknown as { sideEffects(has: boolean): void }).sideEffects(false);
        chain.plugin('no-function-constructor').use(NoFunctionConstructor);
        chain.plugin('eio-globals').use(webpack.NormalModuleReplacementPlugin, [
          /globals\.js$/,
          (resource: { context: string; request: string }) => {
            if (/engine\.io-client/.test(resource.context)) resource.request = path.join(root, 'config/plugins/engine-io-globals.js');
          },
        ]);
        chain.plugin('eio-transports').use(webpack.NormalModuleReplacementPlugin, [
          /transports\/index\.js$/,
          (resource: { context: string; request: string }) => {
            if (/engine\.io-client/.test(resource.context)) resource.request = path.join(root, 'config/plugins/no-default-transports.js');
          },
        ]);
      },
      compile: { include: [shared, (file: string) => /node_modules[\\/](engine\.io|socket\.io|@socket\.io)/.test(file)] },
      postcss: { pxtransform: { enable: false, config: {} }, cssModules: { enable: false } },
    },
    h5: {
      // Gan Fu Tong serves the zip from a path we do not choose (its package rules): relative URLs, hash routes.
      publicPath: './',
      router: { mode: 'hash' },
      webpackChain(chain) {
        useOurBabel(chain);
        // All pages in one file, with the first: a button must not be dead because the line was cut meanwhile, and
        // a page alone is 6 KB. The socket library stays apart: it may come later.
        chain.optimization.splitChunks({ chunks: 'async', minSize: 4_000, cacheGroups: { sockets: { name: 'sockets', test: /node_modules[\\/](@socket\.io|(engine|socket)\.io-)/, priority: 2 }, pages: { name: 'pages', minChunks: 1, chunks: 'async', priority: 1, enforce: true } } });
      },
      compile: { include: [shared, (file: string) => /node_modules/.test(file) && !leaveAsTheyAre.test(file)] },
      output: { filename: 'js/[name].[contenthash:8].js', chunkFilename: 'js/[name].[contenthash:8].js' },
      miniCssExtractPluginOption: { ignoreOrder: true, filename: 'css/[name].[contenthash:8].css', chunkFilename: 'css/[name].[contenthash:8].css' },
      postcss: { autoprefixer: { enable: true, config: {} }, pxtransform: { enable: false, config: { maxRootSize: 20 } } },
    },
  };
  return config;
});
