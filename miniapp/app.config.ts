const isH5 = process.env.TARO_ENV === 'h5';

export default defineAppConfig({
  pages: ['pages/board/board', 'pages/my/my', 'pages/ledger/ledger', 'pages/community/community', 'pages/sign-in/sign-in'],
  // 选房: the only place in weapp that carries the socket library.
  subPackages: [{ root: 'selection', pages: ['choose/choose', 'confirm/confirm', 'receipt/receipt'] }],
  window: {
    navigationBarTitleText: '公租房轮候选房',
    navigationBarBackgroundColor: '#0a4f99',
    navigationBarTextStyle: 'white',
    backgroundColor: '#f3f5f7',
    backgroundTextStyle: 'dark',
  },
  // The slide between pages costs a cheap phone a second and tells an old person nothing.
  animation: false,
  // H5 has its own links to the main places (components/PageFrame.tsx), which also fit a PC.
  ...(isH5 ? {} : {
    tabBar: {
      color: '#3a4654',
      selectedColor: '#0a4f99',
      backgroundColor: '#ffffff',
      list: [
        { pagePath: 'pages/board/board', text: '选房大厅' },
        { pagePath: 'pages/my/my', text: '我家' },
        { pagePath: 'pages/ledger/ledger', text: '公开台账' },
      ],
    },
    lazyCodeLoading: 'requiredComponents',
  }),
});
